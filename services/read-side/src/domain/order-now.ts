import { type OrderRow, toAnswer } from "./order-view.ts";

/** What the orders context says of an order: all of it but its money and its timeline. */
export type OrderNow = Pick<
  ReturnType<typeof toAnswer>,
  "orderId" | "status" | "version" | "lines" | "total" | "placedAt" | "reason"
>;

/** The answer where the row is behind the order, or is not there yet: what the order does not say is as far as the row has heard. */
export const catchUp = (row: OrderRow | undefined, now: OrderNow) => {
  const { timeline, ...heard } = toAnswer({ orderId: now.orderId, timeline: [], ...row });
  const placed = now.placedAt ? [{ at: now.placedAt, what: "OrderPlaced" }] : [];
  return { ...heard, ...now, timeline: row?.placedAt ? timeline : [...placed, ...timeline] };
};
