import { sagaStep } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import { reservations } from "../adapters/reservations.ts";

/** Undoes reserve-stock. Where that has not arrived yet, it never will. */
export const handler = sagaStep(OrderPlaced.schema, ({ orderId, lines }) =>
  reservations(lines)({ type: "ReleaseStock", orderId, now: new Date().toISOString() }),
);
