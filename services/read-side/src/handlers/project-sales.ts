import { queueConsumer } from "@petstore/core/queue-consumer";
import { saveSaleLine } from "../adapters/sales.ts";
import { saleLineOf, salesEvents } from "../domain/sales.ts";

/** Follows what was sold and refunded, day by day. */
export const handler = queueConsumer(salesEvents, (event) => saveSaleLine(saleLineOf(event)));
