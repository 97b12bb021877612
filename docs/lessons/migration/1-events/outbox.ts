import type { DatabaseSync } from "node:sqlite";
import { newTrace, traced } from "@petstore/core/context";
import type { DomainEvent, Envelope } from "@petstore/core/event";
import { seal } from "@petstore/core/outbox";
import { OrderConfirmed, OrderPlaced } from "@petstore/events/orders";
import type { Database } from "../monolith/database.ts";
import type { Order } from "../monolith/orders.ts";
import type { NewShop } from "./new-shop.ts";

/** The outbox: what happened and has still to be told. */
export const OUTBOX = `
  CREATE TABLE IF NOT EXISTS outbox (
    order_id TEXT NOT NULL, version INTEGER NOT NULL, envelope TEXT NOT NULL,
    PRIMARY KEY (order_id, version)
  );
`;

/** The history of an order, in the words of the new shop, as if it had been placed there. */
export const eventsOf = (order: Order): Envelope[] => {
  const seals = (event: DomainEvent, version: number) =>
    seal(event, { source: "orders", aggregate: { type: "order", id: order.orderId, version } });
  return traced(newTrace(order.orderId), () => [
    { ...seals(OrderPlaced(order), 1), time: order.placedAt },
    { ...seals(OrderConfirmed(order), 2), time: order.placedAt },
  ]);
};

/** Writes down what is to be told of an order, in the order's own transaction. */
export const tell = (sql: DatabaseSync, order: Order): void => {
  const insert = sql.prepare("INSERT INTO outbox VALUES (?, ?, ?)");
  for (const event of eventsOf(order))
    insert.run(order.orderId, event.aggregate.version, JSON.stringify(event));
};

/** Of each order the oldest event that is not published yet: each order's events go out one after the other. */
const NEXT = `
  SELECT * FROM outbox AS one
  WHERE version = (SELECT MIN(version) FROM outbox WHERE order_id = one.order_id)
  ORDER BY rowid LIMIT 10
`;

type Row = { order_id: string; version: number; envelope: string };

const remove = ({ transaction }: Database, rows: readonly Row[]) =>
  transaction((sql) => {
    const one = sql.prepare("DELETE FROM outbox WHERE order_id = ? AND version = ?");
    for (const { order_id, version } of rows) one.run(order_id, version);
  });

/** Publishes what is in the outbox, and deletes what the bus took. What it did not take stays for the next time. */
export const relay = async (database: Database, publish: NewShop["publish"]): Promise<void> => {
  for (;;) {
    const rows = database.reader.prepare(NEXT).all() as Row[];
    if (rows.length === 0) return;
    const refused = await publish(rows.map(({ envelope }) => JSON.parse(envelope)));
    const taken = rows.filter((_, i) => !refused.has(i));
    await remove(database, taken);
    if (refused.size > 0) return;
  }
};
