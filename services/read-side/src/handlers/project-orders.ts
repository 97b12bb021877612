import { queueConsumer } from "@petstore/core/queue-consumer";
import { Resource } from "sst";
import { listAttention } from "../adapters/attention-list.ts";
import { projectOrder } from "../adapters/project-order.ts";
import { orderViewEvents } from "../domain/order-view.ts";

/** Follows every order, its payment and its reservation, and lists those that need attention. */
export const handler = queueConsumer(
  { hears: orderViewEvents, deadLetters: Resource.OrderViewsQueueDlq.url },
  async (event) => {
    await projectOrder(event);
    await listAttention(event);
  },
);
