import { sagaStep } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import { reservations } from "../adapters/reservations.ts";

/** Sells what is held. Where it is gone, for it was held for too long, the order is given up, and what was paid goes back. */
export const handler = sagaStep(OrderPlaced.schema, ({ orderId, lines }) =>
  reservations(lines)({ type: "CommitStock", orderId, now: new Date().toISOString() }),
);
