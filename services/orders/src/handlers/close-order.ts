import { sagaStep } from "@petstore/core/saga-step";
import { CancellationRequested } from "@petstore/events/orders";
import { orders } from "../adapters/orders.ts";

/** The last step of return-order: money and stock are back. */
export const handler = sagaStep(CancellationRequested.schema, ({ orderId }) =>
  orders(orderId, { type: "CloseOrder" }),
);
