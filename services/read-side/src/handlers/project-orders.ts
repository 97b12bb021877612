import { queueConsumer } from "@petstore/core/queue-consumer";
import { Resource } from "sst";
import { projectOrder } from "../adapters/order-views.ts";
import { orderViewEvents } from "../domain/order-view.ts";

/** Follows every order, its payment and its reservation. */
export const handler = queueConsumer(
  { hears: orderViewEvents, deadLetters: Resource.OrderViewsQueueDlq.url },
  projectOrder,
);
