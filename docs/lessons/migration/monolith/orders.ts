import type { DatabaseSync } from "node:sqlite";
import { type Money, usd } from "@petstore/core/money";
import type { CustomerId, OrderId, ProductId } from "@petstore/events/ids";
import type { OrderLine } from "@petstore/events/orders";

/** An order, as it was placed. In this shop there is no other: one that is not paid for is not written down. */
export type Order = {
  orderId: OrderId;
  customerId: CustomerId;
  lines: [OrderLine, ...OrderLine[]];
  total: Money;
  placedAt: string;
};

type Row = { id: OrderId; customer: CustomerId; total: number; placed_at: string };
type LineRow = { product: ProductId; name: string; quantity: number; unit_price: number };

const linesOf = (sql: DatabaseSync, id: string) => {
  const rows = sql.prepare("SELECT * FROM order_lines WHERE order_id = ?").all(id) as LineRow[];
  return rows.map(({ product: productId, name, quantity, unit_price }) => ({
    ...{ productId, name, quantity },
    unitPrice: usd(unit_price),
  })) as Order["lines"];
};

const ordersWhere = (sql: DatabaseSync, condition: string, ...values: string[]): Order[] =>
  (sql.prepare(`SELECT * FROM orders WHERE ${condition}`).all(...values) as Row[]).map(
    ({ id: orderId, customer: customerId, total, placed_at: placedAt }) => ({
      ...{ orderId, customerId, lines: linesOf(sql, orderId) },
      ...{ total: usd(total), placedAt },
    }),
  );

/** A customer's orders, newest first. */
export const ordersOf = (sql: DatabaseSync, customerId: string): Order[] =>
  ordersWhere(sql, "customer = ? ORDER BY placed_at DESC, id DESC", customerId);

/** All orders, oldest first. */
export const allOrders = (sql: DatabaseSync): Order[] => ordersWhere(sql, "TRUE ORDER BY id");

/** An order by its id. */
export const findOrder = (sql: DatabaseSync, orderId: string): Order | undefined =>
  ordersWhere(sql, "id = ?", orderId).at(0);

/** The order that a customer's request has brought about, if any. */
export const orderOf = (sql: DatabaseSync, customerId: string, request: string) =>
  ordersWhere(sql, "customer = ? AND request = ?", customerId, request).at(0);

/** Writes an order down. */
export const insertOrder = (sql: DatabaseSync, request: string, order: Order): void => {
  const { orderId, customerId, lines, total, placedAt } = order;
  sql
    .prepare("INSERT INTO orders VALUES (?, ?, ?, ?, ?)")
    .run(orderId, customerId, request, total.amount, placedAt);
  const insert = sql.prepare("INSERT INTO order_lines VALUES (?, ?, ?, ?, ?)");
  for (const { productId, name, quantity, unitPrice } of lines)
    insert.run(orderId, productId, name, quantity, unitPrice.amount);
};
