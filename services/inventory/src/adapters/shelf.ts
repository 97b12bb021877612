import type { Write } from "@petstore/core/transact";
import type { ProductId } from "@petstore/events/ids";
import type { Level, Shelf, StockItem } from "../domain/shelf.ts";
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

/** The versions that stock items had before these events, by product. Not every event is about a level. */
const versionsBefore = (events: readonly { data: object }[]) => {
  const lines = events.flatMap(({ data }) => ("lines" in data ? (data.lines as object[]) : [data]));
  const levels = lines.filter((line): line is Level => "stockVersion" in line);
  return new Map(
    levels.toReversed().map(({ productId, stockVersion }) => [productId, stockVersion - 1]),
  );
};

/** The writes of the stock items that events changed, if nobody else changed them first. */
export const stockWrites = (events: readonly { data: object }[], after: Shelf) =>
  [...versionsBefore(events)].map(([productId, before]) => ({
    Put: StockRow.put(after[productId] as StockItem)
      .where(({ version }, { eq }) => eq(version, before))
      .params<PutItem>(),
  }));
