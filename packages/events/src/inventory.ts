import { defineEvent, type EventOf, upcast } from "@petstore/core/event";
import { Money } from "@petstore/core/money";
import * as z from "zod";
import { OrderId, ProductId } from "./ids.ts";

/** A live animal is a single unit, supplies come in many, perishables do not keep. */
export const ProductKind = z.enum(["live-animal", "supplies", "perishable"]);

/** A product of the shop's catalogue. */
export const Product = z.object({
  productId: ProductId,
  name: z.string().min(1).max(80),
  description: z.string().max(400),
  kind: ProductKind,
  price: Money,
});
export type Product = z.infer<typeof Product>;

const Line = z.object({ productId: ProductId, quantity: z.int().positive() });

/** What is left of a product after a change. `stockVersion` grows with each, so that the newest is known. */
const Level = z.object({
  productId: ProductId,
  available: z.int().nonnegative(),
  stockVersion: z.int().positive(),
});
const LevelledLine = Line.extend(Level.shape);
const Levelled = z.object({ orderId: OrderId.schema, lines: z.array(LevelledLine).nonempty() });

/** A product is on offer, or its name or price changed. */
export const ProductListed = defineEvent("inventory.ProductListed.v1", Product);

/** Every line of the order is held for it, until `expiresAt`. */
export const StockReserved = defineEvent(
  "inventory.StockReserved.v1",
  Levelled.extend({ expiresAt: z.iso.datetime() }),
);

/** The order cannot be served from stock; nothing is held for it. */
export const StockRejected = defineEvent(
  "inventory.StockRejected.v1",
  z.object({ orderId: OrderId.schema, reason: z.object({ code: z.string(), detail: z.string() }) }),
);

/** What was held is sold. */
export const StockCommitted = defineEvent(
  "inventory.StockCommitted.v1",
  z.object({ orderId: OrderId.schema, lines: z.array(Line).nonempty() }),
);

/** What was held is available again. */
export const StockReleased = defineEvent("inventory.StockReleased.v1", Levelled);

/** Nobody confirmed in time: what was held is available again. */
export const ReservationExpired = defineEvent("inventory.ReservationExpired.v1", Levelled);

/** What was sold came back to the shelf. */
export const StockReturned = defineEvent("inventory.StockReturned.v1", Levelled);

/**
 * A delivery arrived: the first version, one event a product. Deprecated since version 2; published beside
 * it until 2027-06-30 for those who have not moved.
 */
export const StockReceivedV1 = defineEvent(
  "inventory.StockReceived.v1",
  LevelledLine.extend({ receiptId: z.string() }),
);

/** A delivery arrived, with all its lines. */
export const StockReceived = defineEvent(
  "inventory.StockReceived.v2",
  z.object({ receiptId: z.string(), lines: z.array(LevelledLine).nonempty() }),
  [upcast(StockReceivedV1, ({ receiptId, ...line }) => ({ receiptId, lines: [line] }))],
);

/** Someone counted, and the books were wrong by `quantity`. */
export const StockAdjusted = defineEvent(
  "inventory.StockAdjusted.v1",
  Level.extend({ adjustmentId: z.string(), quantity: z.int(), reason: z.string() }),
);

/** All that the inventory context publishes. */
export const inventoryEvents = [
  ProductListed,
  StockReserved,
  StockRejected,
  StockCommitted,
  StockReleased,
  ReservationExpired,
  StockReturned,
  StockReceivedV1,
  StockReceived,
  StockAdjusted,
] as const;
export type InventoryEvent = EventOf<(typeof inventoryEvents)[number]>;
