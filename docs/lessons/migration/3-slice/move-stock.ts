import type { DatabaseSync } from "node:sqlite";
import { usd } from "@petstore/core/money";
import { newUlid } from "@petstore/core/ulid";
import type { NewShop } from "../1-events/new-shop.ts";
import { set, setting } from "../2-read-model/settings.ts";
import type { Database } from "../monolith/database.ts";
import { allProducts, type Offer } from "../monolith/products.ts";
import { ownerOf } from "./stock.ts";

/** What was counted when the stock changed hands, under the key of that move. */
export const COUNTED = `
  CREATE TABLE IF NOT EXISTS counted (
    move TEXT NOT NULL, product TEXT NOT NULL, quantity INTEGER NOT NULL, PRIMARY KEY (move, product)
  );
`;

type Count = { productId: string; quantity: number };

const countedIn = (sql: DatabaseSync, move: string) =>
  sql
    .prepare("SELECT product AS productId, quantity FROM counted WHERE move = ? ORDER BY product")
    .all(move) as Count[];

const write = (sql: DatabaseSync, move: string, counts: readonly Count[]) => {
  const insert = sql.prepare("INSERT INTO counted VALUES (?, ?, ?)");
  for (const { productId, quantity } of counts) insert.run(move, productId, quantity);
};

const there = (offers: readonly Offer[]): Count[] =>
  offers
    .filter(({ available }) => available > 0)
    .map(({ productId, available: quantity }) => ({ productId, quantity }));

/**
 * Gives the stock to the inventory. The count and the change of owner are one transaction, which waits for the order that is
 * under way. Begun again after it was interrupted, it goes on. Throws while the stock is on its way back.
 */
export const moveStock = async (
  { reader, transaction }: Database,
  newShop: NewShop,
): Promise<void> => {
  for (const { productId, name, kind, price } of allProducts(reader))
    await newShop.invoke("ListProduct", {
      productId,
      name,
      kind,
      description: "",
      price: usd(price),
    });
  await transaction((sql) => {
    if (ownerOf(sql) !== "monolith") return;
    const move = newUlid();
    write(sql, move, there(allProducts(sql)));
    sql.exec("UPDATE products SET available = 0");
    set(sql, "move", move);
    set(sql, "stock", "inventory");
  });
  if (ownerOf(reader) !== "inventory")
    throw new Error("The stock is on its way back: end moveBack first.");
  const move = setting(reader, "move", "");
  const lines = countedIn(reader, move);
  if (lines.length > 0) await newShop.asStaff("/stock/receipts", `delivery-${move}`, { lines });
};

/** Takes the stock back from the inventory. Begun again after it was interrupted, it goes on. Throws while sold stock waits to be marked as such. */
export const moveBack = async (
  { reader, transaction }: Database,
  newShop: NewShop,
): Promise<void> => {
  await transaction((sql) => {
    if (ownerOf(sql) !== "inventory") return;
    if (sql.prepare("SELECT 1 FROM to_commit").get())
      throw new Error("Some orders are not committed yet: let the monolith work, and try again.");
    set(sql, "stock", "on its way back");
    set(sql, "move", newUlid());
  });
  if (ownerOf(reader) === "monolith") return;
  const move = setting(reader, "move", "");
  if (countedIn(reader, move).length === 0) {
    const productIds = allProducts(reader).map(({ productId }) => productId);
    const items = (await newShop.invoke("InventoryStateBooks", { productIds })) as Offer[];
    await transaction((sql) => write(sql, move, there(items)));
  }
  const counts = countedIn(reader, move);
  for (const { productId, quantity } of counts)
    await newShop.asStaff("/stock/adjustments", `back-${move}-${productId}`, {
      ...{ productId, quantity: -quantity },
      reason: "Back to the monolith.",
    });
  await transaction((sql) => {
    const put = sql.prepare("UPDATE products SET available = ? WHERE id = ?");
    for (const { productId, quantity } of counts) put.run(quantity, productId);
    set(sql, "stock", "monolith");
  });
};
