import { sagaStep } from "@petstore/core/saga-step";
import { CancellationRequested } from "@petstore/events/orders";
import { forGood } from "../adapters/not-yet.ts";
import { reservations } from "../adapters/reservations.ts";

/** A step of return-order: puts back what was sold. Where it is still being committed, the saga asks again. */
export const handler = sagaStep(CancellationRequested.schema, async ({ orderId, lines }) => {
  const now = new Date().toISOString();
  return forGood(await reservations(lines)({ type: "ReturnStock", orderId, now }));
});
