import { queueConsumer } from "@petstore/core/queue-consumer";
import { Resource } from "sst";
import { projectProduct } from "../adapters/product-views.ts";
import { changesOf, productViewEvents } from "../domain/product-view.ts";

/** Follows what is on offer and how much of it there is. */
export const handler = queueConsumer(
  { hears: productViewEvents, deadLetters: Resource.ProductViewsQueueDlq.url },
  (event) => Promise.all(changesOf(event).map(projectProduct)),
);
