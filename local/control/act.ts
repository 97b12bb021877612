import type { Story } from "../demo/stories.ts";
import type { Shop } from "../shop.ts";
import { findOrder, freshKey, placeOrder } from "./orders.ts";

const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 300_000;

/** Waits until an order was paid, or is over, on the shop's clock. */
const untilPaid = async (shop: Shop, orderId: string) => {
  const { clock } = shop.cloud;
  const until = clock.now() + PATIENCE_MS;
  while (clock.now() < until) {
    const order = (await findOrder(shop, orderId)) as { timeline?: { what: string }[] } | undefined;
    if (order?.timeline?.some(({ what }) => /PaymentCaptured|Rejected|Cancelled/.test(what)))
      return;
    await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, "a customer waits", resolve));
  }
};

/** Lets a customer live a story of the demo, under a key that was never used. Answers the order's id, where it became one. */
export const act = async (shop: Shop, story: Story): Promise<string | undefined> => {
  const { as, lines, card, cancels } = story;
  const wish = { as, lines, card, key: freshKey(story.id) };
  const [{ orderId }] = await Promise.all([
    placeOrder(shop, wish),
    ...(story.sendsTwice ? [placeOrder(shop, wish)] : []),
  ]);
  if (!orderId || !cancels) return orderId;
  if (cancels === "when paid") await untilPaid(shop, orderId);
  await shop.api({ method: "POST", path: `/orders/${orderId}/cancel`, as });
  return orderId;
};
