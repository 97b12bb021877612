import type { Write } from "@petstore/core/transact";
import type { ProductId } from "@petstore/events/ids";
import type { Shelf } from "../domain/shelf.ts";
import { StockRow } from "./rows.ts";

type Key = { pk: string; sk: string };

/** A put, as a transaction takes it. */
export type PutItem = NonNullable<Write["Put"]>;

/** The key of a product's stock item. */
export const stockKey = (productId: ProductId): Key => StockRow.get({ productId }).params().Key;

/** The shelf of these products, out of what was read. */
export const shelfOf = (
  productIds: readonly ProductId[],
  read: (key: Key) => Record<string, unknown> | undefined,
): Shelf => {
  const items = productIds.flatMap((productId) => {
    const { data } = StockRow.parse({ Item: read(stockKey(productId)) });
    return data ? [[productId, data]] : [];
  });
  return Object.fromEntries(items);
};

/** The writes that bring the table from one shelf to the next: only what changed, if nobody else changed it first. */
export const stockWrites = (before: Shelf, after: Shelf) =>
  Object.values(after)
    .filter((item) => item !== before[item.productId])
    .map((item) => ({
      Put: StockRow.put(item)
        .where(({ version }, { eq }) => eq(version, item.version - 1))
        .params<PutItem>(),
    }));
