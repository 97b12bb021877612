import { queueConsumer } from "@petstore/core/queue-consumer";
import { ProductListed } from "@petstore/events/inventory";
import { Resource } from "sst";
import { savePrice } from "../adapters/prices.ts";

/** Keeps our copy of the catalogue's prices. */
export const handler = queueConsumer(
  { hears: [ProductListed], deadLetters: Resource.PricesQueueDlq.url },
  ({ data, aggregate }) => savePrice(data, aggregate.version),
);
