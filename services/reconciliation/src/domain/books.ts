import { Money } from "@petstore/core/money";
import { CustomerId, OrderId, ProductId } from "@petstore/events/ids";
import { OrderLine } from "@petstore/events/orders";
import * as z from "zod";

/** An order, as its context states it. `running`: a saga has it in hand; absent where nobody has looked. */
export const Order = z.object({
  orderId: OrderId.schema,
  customerId: CustomerId,
  lines: z.array(OrderLine),
  total: Money,
  status: z.string(),
  closed: z.boolean(),
  placedAt: z.string(),
  running: z.boolean().optional(),
});
export type Order = z.infer<typeof Order>;

/** What the provider says of a payment, in minor units; null where it has not heard of it. */
const Provider = z
  .object({ status: z.string(), captured: z.number(), refunded: z.number() })
  .nullable();
export type Provider = z.infer<typeof Provider>;

/** A payment, as our ledger has it, with the provider's word where that was asked. What went back `byHand` only we know of. */
export const Payment = z.object({
  orderId: OrderId.schema,
  status: z.string(),
  withdrawn: z.boolean(),
  captured: z.number(),
  refunded: z.number(),
  byHand: z.number(),
  provider: Provider.optional(),
});
export type Payment = z.infer<typeof Payment>;

const Line = z.object({ productId: ProductId, quantity: z.number() });

/** What is held or sold for an order. */
export const Reservation = z.object({
  orderId: OrderId.schema,
  status: z.string(),
  lines: z.array(Line),
});
export type Reservation = z.infer<typeof Reservation>;

/** What there is of a product: `stocked` ever came in, corrections among it. */
export const Stock = z.object({
  productId: ProductId,
  available: z.number(),
  stocked: z.number(),
  version: z.number(),
});
export type Stock = z.infer<typeof Stock>;
