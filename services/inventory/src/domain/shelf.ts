import type { ProductId } from "@petstore/events/ids";

/** What there is of one product: `stocked` ever came in, `available` may be sold. `version` grows with each change. */
export type StockItem = {
  productId: ProductId;
  available: number;
  stocked: number;
  version: number;
};

/** The stock items that a decision is about, by product. A product that was never listed has none. */
export type Shelf = Readonly<Record<ProductId, StockItem>>;

/** So many of a product. */
export type Line = { productId: ProductId; quantity: number };

/** What is left of a product after a line of a change. */
export type Level = Line & { available: number; stockVersion: number };

/** One line a product, in the order of their ids: whoever takes several takes them in the same order. */
export const merge = <Some extends Line>(lines: readonly Some[]): Some[] => {
  const merged = new Map<ProductId, Some>();
  for (const line of lines) {
    const quantity = (merged.get(line.productId)?.quantity ?? 0) + line.quantity;
    merged.set(line.productId, { ...line, quantity });
  }
  return [...merged.values()].sort((a, b) => (a.productId < b.productId ? -1 : 1));
};

/** The first line that the shelf cannot serve, if any. */
export const shortOf = <Some extends Line>(shelf: Shelf, lines: readonly Some[]) =>
  lines.find(({ productId, quantity }) => (shelf[productId]?.available ?? 0) < quantity);

const moved = (shelf: Shelf, { productId, quantity }: Line, by: number): Level => {
  const item = shelf[productId];
  if (!item) throw new Error(`There is no stock item of ${productId}`);
  const available = item.available + by * quantity;
  return { productId, quantity, available, stockVersion: item.version + 1 };
};

/** The levels after the lines leave the shelf. */
export const take = (shelf: Shelf, lines: readonly Line[]): Level[] =>
  lines.map((line) => moved(shelf, line, -1));

/** The levels after the lines are put on the shelf. */
export const putBack = (shelf: Shelf, lines: readonly Line[]): Level[] =>
  lines.map((line) => moved(shelf, line, 1));

/** The shelf at these levels. With `received`, their quantities came in from outside. */
export const at = (shelf: Shelf, levels: readonly Level[], received = false): Shelf => {
  const items = levels.map(({ productId, quantity, available, stockVersion: version }) => {
    const stocked = (shelf[productId]?.stocked ?? 0) + (received ? quantity : 0);
    return [productId, { productId, available, stocked, version }];
  });
  return { ...shelf, ...Object.fromEntries(items) };
};
