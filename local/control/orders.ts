import type { Shop } from "../shop.ts";

/** What somebody orders, and how. */
export type Wish = {
  as: string;
  lines: { productId: string; quantity: number }[];
  card: string;
  key: string;
};

/** Places an order as its customer does, through the API. Answers the status, and the order's id where there is one. */
export const placeOrder = async (shop: Shop, { as, lines, card, key }: Wish) => {
  // Whoever let the customer order, it is the customer's own act: nothing in the shop has caused it.
  const answer = await shop.cloud.trace.under(undefined, () =>
    shop.api({
      method: "POST",
      path: "/orders",
      as,
      headers: { "idempotency-key": key },
      body: { lines, paymentToken: card },
    }),
  );
  const { orderId } = (answer.status === 202 ? answer.json() : {}) as { orderId?: string };
  return { status: answer.status, orderId };
};

/** An order as its customer reads it, and whose it is; undefined where nobody here has it. */
export const findOrder = async (shop: Shop, orderId: string) => {
  for (const { name, groups } of shop.accounts) {
    if (groups.length > 0) continue;
    const path = `/orders/${encodeURIComponent(orderId)}`;
    const answer = await shop.api({ path, as: name });
    if (answer.status === 200) return { as: name, ...(answer.json() as { status: string }) };
  }
  return undefined;
};

let count = 0;

/** A key under which nothing was ever ordered, even in a shop that was rewound: it is told from all others by the wall's time. */
export const freshKey = (who: string): string => {
  count += 1;
  return `${who}-${Date.now().toString(36)}-${count}`;
};
