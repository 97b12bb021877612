import { Failure, reasonOf, sagaStep } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import { orders } from "../adapters/orders.ts";

/** Where fulfil-order goes when a step after the pivot is refused for good. What comes of it begins return-order. */
export const handler = sagaStep(
  OrderPlaced.schema.extend({ failure: Failure }),
  ({ orderId, failure }) => orders(orderId, { type: "GiveUpOrder", reason: reasonOf(failure) }),
);
