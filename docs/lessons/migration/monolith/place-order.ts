import { totalOf } from "@petstore/core/money";
import { type CustomerId, OrderId } from "@petstore/events/ids";
import type { Database } from "./database.ts";
import { insertOrder, type Order, orderOf } from "./orders.ts";
import { priced } from "./products.ts";
import { type Around, type Parts, Refused, type Wanted } from "./shop.ts";

/** Who orders, and the number of their request: the same one is the same order. */
export type Asked = { customerId: string; email: string; request: string };

/** Places an order: takes it from the shelf, charges the card and writes it down, all in one transaction, then tells the customer. */
export const placeOrder = async (
  { now, charge }: Around,
  database: Database,
  parts: Parts,
  { customerId, email, request }: Asked,
  wanted: Wanted,
): Promise<Order> => {
  const { order, isNew } = await database.transaction(async (sql) => {
    const earlier = orderOf(sql, customerId, request);
    if (earlier) return { order: earlier, isNew: false };

    const lines = priced(sql, wanted.lines) as Order["lines"];
    const total = totalOf(lines);
    if (!total.ok) throw new Refused(422, total.refusal.detail);
    const who = { orderId: OrderId.create(), customerId: customerId as CustomerId };
    const order: Order = { ...who, lines, total: total.value, placedAt: now() };
    try {
      await parts.take(sql, order);
      insertOrder(sql, request, order);
      parts.inside(sql, order);
      const answer = await charge(order, wanted.paymentToken);
      if (answer === "declined") throw new Refused(402, "Your card was declined.");
    } catch (error) {
      await parts.undo(sql, order);
      throw error;
    }
    return { order, isNew: true };
  });
  if (isNew) await parts.after(order, email);
  return order;
};
