import type { DatabaseSync } from "node:sqlite";
import { usd } from "@petstore/core/money";
import type { ProductId } from "@petstore/events/ids";
import type { OrderLine } from "@petstore/events/orders";
import { Refused, type Wanted } from "./shop.ts";

/** A product, and what there is of it. */
export type Offer = {
  productId: ProductId;
  name: string;
  kind: "live-animal" | "supplies";
  price: number;
  available: number;
};

const COLUMNS = "id AS productId, name, kind, price, available";

/** All products of the shop. */
export const allProducts = (sql: DatabaseSync): Offer[] =>
  sql.prepare(`SELECT ${COLUMNS} FROM products ORDER BY id`).all() as Offer[];

/** Puts products on offer that are not there yet. */
export const stock = (sql: DatabaseSync, offers: readonly Offer[]): void => {
  const insert = sql.prepare("INSERT OR IGNORE INTO products VALUES (?, ?, ?, ?, ?)");
  for (const { productId, name, kind, price, available } of offers)
    insert.run(productId, name, kind, price, available);
};

/** What is wanted, at the prices of now. Throws Refused for what is no product. */
export const priced = (sql: DatabaseSync, wanted: Wanted["lines"]): OrderLine[] =>
  wanted.map(({ productId, quantity }) => {
    const found = sql.prepare(`SELECT ${COLUMNS} FROM products WHERE id = ?`).get(productId);
    if (!found) throw new Refused(422, `There is no product ${productId}.`);
    const { name, price, productId: id } = found as Offer;
    return { productId: id, name, quantity, unitPrice: usd(price) };
  });

/** Takes lines from the shelf. Throws Refused where there is not enough. */
export const takeFromShelf = (sql: DatabaseSync, lines: readonly OrderLine[]): void => {
  const take = sql.prepare(
    "UPDATE products SET available = available - ?1 WHERE id = ?2 AND available >= ?1",
  );
  for (const { productId, name, quantity } of lines)
    if (take.run(quantity, productId).changes === 0) throw new Refused(409, `${name}: sold out.`);
};
