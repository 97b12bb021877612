import { by, spoil } from "../spoil.ts";
import type { VirtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

type Story = (shop: VirtualShop) => Promise<unknown>;

const post = async (shop: VirtualShop, path: string, body: object) => {
  const headers = { "idempotency-key": path.replaceAll("/", "-") };
  const request = { method: "POST", path, as: "admin", body, headers };
  const { status, text } = await shop.drive(shop.local.api(request));
  if (status >= 300) throw new Error(`${path} was answered with ${status}: ${text}`);
};
const decide = (shop: VirtualShop, orderId: string, decision: "resume" | "close") =>
  post(shop, `/orders/${orderId}/${decision}`, { reason: "Looked." });
const stop = (shop: VirtualShop, run: string) =>
  shop.local.call("states", "StopExecution", {
    executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-FulfilOrder:${run}`,
  });
/** An order whose saga somebody has stopped three times, a moment after it began. */
const stopped = async (shop: VirtualShop) => {
  const orderId = await shop.order("tok_late");
  for (const run of ["", "_2", "_3"]) {
    await shop.clock.advance(3 * SECOND);
    await stop(shop, `${orderId}${run}`);
  }
  await shop.clock.advance(MINUTE);
  return orderId;
};
const untilAttention = async (shop: VirtualShop, orderId: string) => {
  for (let hours = 0; hours < 48; hours++) {
    await shop.clock.advance(HOUR);
    if ((await shop.read(orderId)).status === "NEEDS_ATTENTION") return;
  }
  throw new Error(`Nobody was called to ${orderId}`);
};
/** An order at which one step fails until its saga gives up, and a person lets it go on. */
const stuckAt = async (shop: VirtualShop, step: string, cancels: boolean) => {
  const { stop } = spoil(shop.local, by(step), "is lost");
  const orderId = await shop.order();
  await shop.clock.advance(MINUTE);
  if (cancels) await shop.cancel(orderId);
  await untilAttention(shop, orderId);
  stop();
  await decide(shop, orderId, "resume");
};

/** Days in the life of the shop that make it publish each of its events, in each of their forms. */
export const stories: Record<string, Story> = {
  "orders that go well and badly": async (shop) => {
    await shop.order();
    for (const productId of ["prd_hay", "prd_collar"])
      await shop.place({ lines: [{ productId, quantity: 2 }], paymentToken: "tok_disorder" });
    await shop.order("tok_decline");
    await shop.place({ lines: [{ productId: "prd_parrot", quantity: 90 }] });
  },
  "orders that are cancelled before and after they were confirmed": async (shop) => {
    const orderId = await shop.order();
    const early = await shop.order("tok_late");
    await shop.clock.advance(2 * SECOND);
    await shop.cancel(early);
    await shop.clock.advance(MINUTE);
    await shop.cancel(orderId);
  },
  "a warehouse at work": async (shop) => {
    const lines = ["prd_hay", "prd_collar"].map((productId) => ({ productId, quantity: 5 }));
    await post(shop, "/stock/receipts", { lines });
    const count = { productId: "prd_hay", quantity: -1, reason: "One was torn." };
    await post(shop, "/stock/adjustments", count);
    const product = { name: "Hay", description: "Dry", kind: "supplies" };
    await shop.drive(
      shop.local.invoke("ListProduct", {
        productId: "prd_hay",
        ...product,
        price: { amount: 499, currency: "USD" },
      }),
    );
  },
  "orders that a person looks at": async (shop) => {
    await decide(shop, await stopped(shop), "resume");
    await decide(shop, await stopped(shop), "close");
  },
  "an order whose stock was not to be sold": (shop) => stuckAt(shop, "CommitStock", false),
  "an order whose money was not to be given back": (shop) => stuckAt(shop, "RefundPayment", true),
  "an order of which another sum was taken": async (shop) => {
    const orderId = await shop.order("tok_overcharge");
    await shop.clock.advance(MINUTE);
    const amount = { amount: 599, currency: "USD" };
    await post(shop, `/payments/${orderId}/refunds`, { amount, reason: "By bank transfer." });
    await decide(shop, orderId, "close");
  },
  "an order whose authorisation was withdrawn": async (shop) => {
    await shop.order("tok_gone");
  },
  "a reservation that nobody confirmed": async (shop) => {
    const broken = spoil(shop.local, by("ConfirmOrder"), "is lost");
    await shop.order();
    await shop.clock.advance(3 * HOUR);
    broken.stop();
  },
  "a night in which the books differ": async (shop) => {
    const orderId = await shop.order();
    await shop.settle();
    const TableName = shop.local.nameOf("OrdersTable");
    const { Items } = await shop.local.call("dynamodb", "Scan", { TableName });
    const row = Items.find(({ pk }: { pk: { S: string } }) => pk.S.includes(orderId));
    const { pk, sk } = row;
    await shop.local.call("dynamodb", "DeleteItem", { TableName, Key: { pk, sk } });
    await shop.clock.advance(3 * HOUR); // it looks at two, and again at ten past
  },
};
