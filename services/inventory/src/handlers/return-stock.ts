import { sagaStep } from "@petstore/core/saga-step";
import { CancellationRequested } from "@petstore/events/orders";
import { reservations } from "../adapters/reservations.ts";

/** A step of return-order: puts back what was sold, or is still held. A commit that comes later finds nothing to do. */
export const handler = sagaStep(CancellationRequested.schema, ({ orderId, lines }) =>
  reservations(lines)({ type: "ReturnStock", orderId, now: new Date().toISOString() }),
);
