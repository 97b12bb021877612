import { sagaStep } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import { confirmOrder } from "../adapters/orders.ts";

/** The pivot of fulfil-order: the customer's cancellation competes with it for the same conditional write. */
export const handler = sagaStep(OrderPlaced.schema, confirmOrder);
