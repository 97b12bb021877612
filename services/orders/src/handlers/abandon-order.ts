import { Failure, reasonOf, sagaStep } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import { orders } from "../adapters/orders.ts";

/** The pivot taken the other way, before anything is undone. Refused when the order was confirmed meanwhile. */
export const handler = sagaStep(
  OrderPlaced.schema.extend({ failure: Failure }),
  ({ orderId, failure }) => orders(orderId, { type: "AbandonOrder", reason: reasonOf(failure) }),
);
