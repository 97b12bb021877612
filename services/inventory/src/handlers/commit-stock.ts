import { sagaStep } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import { forGood } from "../adapters/not-yet.ts";
import { reservations } from "../adapters/reservations.ts";

/** Sells what is held. There is no way back any more: where the stock is gone, the saga asks until there is new. */
export const handler = sagaStep(OrderPlaced.schema, async ({ orderId, lines }) => {
  const now = new Date().toISOString();
  return forGood(await reservations(lines)({ type: "CommitStock", orderId, now }));
});
