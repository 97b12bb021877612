import { Failure, reasonOf, sagaStep } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import { orders } from "../adapters/orders.ts";

/** The last undo of fulfil-order: nothing is held or charged any more, and the customer may know. */
export const handler = sagaStep(
  OrderPlaced.schema.extend({ failure: Failure }),
  ({ orderId, failure }) => orders(orderId, { type: "RejectOrder", reason: reasonOf(failure) }),
);
