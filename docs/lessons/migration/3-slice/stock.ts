import type { DatabaseSync } from "node:sqlite";
import { newTrace } from "@petstore/core/context";
import { OrderPlaced } from "@petstore/events/orders";
import type { NewShop } from "../1-events/new-shop.ts";
import { setting } from "../2-read-model/settings.ts";
import type { Database } from "../monolith/database.ts";
import { findOrder, type Order } from "../monolith/orders.ts";
import { takeFromShelf } from "../monolith/products.ts";
import { type Parts, Refused } from "../monolith/shop.ts";

/** Who owns the stock. While it is on its way back, nobody sells any. */
export type Owner = "monolith" | "inventory" | "on its way back";

/** Whose stock has still to be marked as sold in the inventory: a promise, written in the order's transaction. */
export const TO_COMMIT = `
  CREATE TABLE IF NOT EXISTS to_commit (order_id TEXT PRIMARY KEY REFERENCES orders (id));
`;

/** Who owns the stock, as of a transaction. */
export const ownerOf = (sql: DatabaseSync): Owner => setting<Owner>(sql, "stock", "monolith");

/** A step of the inventory, for an order. It may be asked for any number of times. */
const ask = (
  { invoke }: NewShop,
  step: "ReserveStock" | "CommitStock" | "ReleaseStock",
  order: Order,
) => invoke(step, { ...OrderPlaced(order).data, trace: newTrace(order.orderId) });

const reserve = async (newShop: NewShop, order: Order) => {
  try {
    await ask(newShop, "ReserveStock", order);
  } catch (error) {
    const { name, message } = error as Error;
    throw name === "Refused" ? new Refused(409, message.replace(/^\w+: /, "")) : error;
  }
};

/** Takes an order's lines from whose shelf they are on, and gives them back where nothing comes of the order. */
export const fromWhereItIs = (newShop: NewShop): Pick<Parts, "take" | "inside" | "undo"> => ({
  async take(sql, order) {
    const owner = ownerOf(sql);
    if (owner === "monolith") return takeFromShelf(sql, order.lines);
    if (owner === "on its way back")
      throw new Refused(409, "We are counting our stock. Try again in a minute.");
    await reserve(newShop, order);
  },
  inside(sql, order) {
    if (ownerOf(sql) !== "inventory") return;
    sql.prepare("INSERT INTO to_commit VALUES (?)").run(order.orderId);
  },
  async undo(sql, order) {
    // Where this fails, too, the inventory lets it go by itself, after an hour.
    if (ownerOf(sql) === "inventory") await ask(newShop, "ReleaseStock", order).catch(() => {});
  },
});

/** Keeps what was promised: what is paid for is sold. What does not work now is tried the next time, and holds up nothing else. */
export const commitSold = async (
  { reader, transaction }: Database,
  newShop: NewShop,
): Promise<void> => {
  const due = reader.prepare("SELECT order_id AS id FROM to_commit").all() as { id: string }[];
  const failed: Error[] = [];
  for (const { id } of due)
    try {
      await ask(newShop, "CommitStock", findOrder(reader, id) as Order);
      await transaction((sql) => sql.prepare("DELETE FROM to_commit WHERE order_id = ?").run(id));
    } catch (error) {
      failed.push(error as Error);
    }
  if (failed.length > 0) throw new AggregateError(failed, failed.join("; "));
};
