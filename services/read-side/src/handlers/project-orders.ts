import { queueConsumer } from "@petstore/core/queue-consumer";
import { projectOrder } from "../adapters/order-views.ts";
import { orderViewEvents } from "../domain/order-view.ts";

/** Follows every order, its payment and its reservation. */
export const handler = queueConsumer(orderViewEvents, projectOrder);
