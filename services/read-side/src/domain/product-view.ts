import type { Envelope, EventOf } from "@petstore/core/event";
import {
  ProductListed,
  ReservationExpired,
  StockAdjusted,
  StockReceived,
  StockReleased,
  StockReserved,
  StockReturned,
} from "@petstore/events/inventory";

/** The events that say what is on offer and how much of it there is. */
export const productViewEvents = [
  ProductListed,
  StockReserved,
  StockReleased,
  ReservationExpired,
  StockReturned,
  StockReceived,
  StockAdjusted,
] as const;
export type ProductViewEvent = EventOf<(typeof productViewEvents)[number]>;

/** One product's row after an event: what to set, and the number that must be newer than the row's. */
export type ProductChange = {
  productId: string;
  set: Record<string, unknown>;
  newer: { attribute: "listing" | "stockVersion"; than: number };
};

/** What an event changes. Levels carry their own number, so they may come in any order: the newest stays. */
export const changesOf = (event: Envelope<ProductViewEvent>): ProductChange[] => {
  if (event.type === ProductListed.type) {
    const { productId, ...set } = event.data;
    return [{ productId, set, newer: { attribute: "listing", than: event.aggregate.version } }];
  }
  const levels = "lines" in event.data ? event.data.lines : [event.data];
  return levels.map(({ productId, available, stockVersion }) => ({
    productId,
    set: { available },
    newer: { attribute: "stockVersion", than: stockVersion },
  }));
};
