import type { NewShop } from "../1-events/new-shop.ts";
import { eventsOf } from "../1-events/outbox.ts";
import type { Database } from "../monolith/database.ts";
import { allOrders } from "../monolith/orders.ts";

/**
 * Tells the read model of all orders, those that were placed before anything was told among them. It may be run again: the
 * read model skips what it has seen. Only the read model is told, for whoever else hears of an order acts on it.
 */
export const backfill = async ({ reader }: Database, newShop: NewShop): Promise<void> => {
  for (const order of allOrders(reader))
    for (const event of eventsOf(order)) await newShop.tellOnly("OrderViews", event);
};
