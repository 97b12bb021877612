import { queueConsumer } from "@petstore/core/queue-consumer";
import { Resource } from "sst";
import { saveSaleLine } from "../adapters/sales.ts";
import { saleLineOf, salesEvents } from "../domain/sales.ts";

/** Follows what was sold and refunded, day by day. */
export const handler = queueConsumer(
  { hears: salesEvents, deadLetters: Resource.SalesQueueDlq.url },
  (event) => saveSaleLine(saleLineOf(event)),
);
