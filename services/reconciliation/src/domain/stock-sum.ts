import type { Reservation, Stock } from "./books.ts";

/** What was counted of reservations and stock items. */
export type Count = { stock: Map<string, Stock>; taken: Map<string, number> };

/** Before anything is counted. */
export const nothingCounted = (): Count => ({ stock: new Map(), taken: new Map() });

/** The count with a page more. */
export const countIn = (
  { stock, taken }: Count,
  page: { stock: readonly Stock[]; reservations: readonly Reservation[] },
): Count => {
  const sums = new Map(taken);
  for (const { status, lines } of page.reservations)
    if (status === "HELD" || status === "SOLD")
      for (const { productId, quantity } of lines)
        sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  return {
    stock: new Map([...stock, ...page.stock.map((one) => [one.productId, one] as const)]),
    taken: sums,
  };
};

/** The products of which what came in is not what is there, held and sold. They may only have moved while they were counted. */
export const notAddingUp = ({ stock, taken }: Count): string[] =>
  [...stock.values()]
    .filter(
      ({ productId, available, stocked }) => available + (taken.get(productId) ?? 0) !== stocked,
    )
    .map(({ productId }) => productId);

/** Whether a product stood still between two looks at it, so that what was counted meanwhile is exact. */
export const stoodStill = (before: Stock | undefined, after: Stock | undefined): boolean =>
  before?.version === after?.version;
