import type { Shop } from "../shop.ts";
import { catalogue } from "./catalogue.ts";

/** One after the other: the first call starts the function, the others find it warm. */
const inTurn = async <T>(items: T[], work: (item: T) => Promise<unknown>) => {
  for (const item of items) await work(item);
};

/** Lists the products, takes in the first delivery, registers the customers. */
const fillShelves = async (local: Shop) => {
  await Promise.all([
    inTurn(local.accounts, ({ customerId, email, fullName }) =>
      local.invoke("RegisterContact", { customerId, email, name: fullName }),
    ),
    inTurn(catalogue, ({ stock: _stock, ...product }) => local.invoke("ListProduct", product)),
  ]);
  const delivery = await local.api({
    method: "POST",
    path: "/stock/receipts",
    as: "admin",
    headers: { "idempotency-key": "the-very-first-delivery" },
    body: { lines: catalogue.map(({ productId, stock }) => ({ productId, quantity: stock })) },
  });
  if (delivery.status >= 300)
    throw new Error(`The first delivery was answered with ${delivery.status} ${delivery.text}`);
};

/** Whether every product can be seen and bought: what the first delivery caused has reached all who need it. */
const isOpen = async (local: Shop): Promise<boolean> => {
  const answer = await local.api({ path: "/products?limit=100", as: "alice" });
  if (answer.status !== 200) return false;
  const { items } = answer.json() as { items: { productId: string; available: number }[] };
  const available = new Map(items.map((item) => [item.productId, item.available]));
  if (!catalogue.every(({ productId }) => (available.get(productId) ?? 0) > 0)) return false;
  return local.atRest();
};

/**
 * Opens the shop, and waits until it is open. Under a virtual clock, time must be driven meanwhile. Throws where
 * that takes more than `patience` milliseconds.
 */
export const seed = async (local: Shop, patience = 60_000): Promise<void> => {
  const { clock } = local.cloud;
  const until = clock.now() + patience;
  await fillShelves(local);
  while (!(await isOpen(local))) {
    if (clock.now() > until)
      throw new Error("The shop did not open: the products do not reach the read side.");
    await new Promise<void>((resolve) => clock.after(50, "seed looks again", resolve));
  }
};
