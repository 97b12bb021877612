import { sagaStep } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import { reservations } from "../adapters/reservations.ts";

/** Sells what is held. Where the hold expired and the goods are gone, the order is cancelled and the payment refunded. */
export const handler = sagaStep(OrderPlaced.schema, ({ orderId, lines }) =>
  reservations(lines)({ type: "CommitStock", orderId, now: new Date().toISOString() }),
);
