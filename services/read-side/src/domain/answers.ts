import { Money } from "@petstore/core/money";
import { CustomerId, OrderId, ProductId } from "@petstore/events/ids";
import { Product } from "@petstore/events/inventory";
import { OrderLine } from "@petstore/events/orders";
import * as z from "zod";

/** An order as the API answers it. */
export const Order = z.object({
  orderId: OrderId.schema,
  status: z.enum(["PENDING", "CONFIRMED", "REJECTED", "CANCELLED", "NEEDS_ATTENTION"]),
  lines: z.array(OrderLine),
  total: Money.optional(),
  paid: Money.nullable(),
  refunded: Money.nullable(),
  reason: z.object({ code: z.string(), detail: z.string() }).optional(),
  placedAt: z.iso.datetime().optional(),
  version: z.int().positive(),
  timeline: z.array(z.object({ at: z.iso.datetime(), what: z.string() })),
});

/** An order that needs attention, as an administrator reads it: what failed, since when, and what may be done about it. */
export const OrderToLookAt = Order.extend({
  attention: z
    .object({
      step: z.string(),
      cause: z.string(),
      since: z.iso.datetime(),
      mayDo: z.array(z.enum(["resume", "close"])).describe("Nothing while it is being closed."),
    })
    .optional()
    .describe("With `status` only."),
});

/** A product as the API answers it. */
export const OfferedProduct = Product.extend({ available: z.int().nonnegative() });

/** A page of a list: `cursor` asks for the next one, null is the end. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), cursor: z.string().nullable() });

/** A sum; null where it is more than a number tells exactly, for a wrong one would look like a right one. */
const Sum = z.int().nullable();

/** A day's sales; amounts in minor units of their currency. */
export const Sales = z.object({
  date: z.iso.date(),
  orders: z.int(),
  units: Sum,
  money: z.array(
    z.object({
      currency: Money.shape.currency,
      sold: Sum,
      refunded: Sum,
      net: Sum,
    }),
  ),
});

const Limit = z.coerce.number().int().min(1).max(100).default(20);
const OrderCursor = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z#ord_\w{26}$/, "must be the cursor of an earlier page");

/** What the queries may ask. */
export const OrdersQuery = z
  .strictObject({
    limit: Limit,
    cursor: OrderCursor.optional(),
    status: z
      .literal("NEEDS_ATTENTION")
      .optional()
      .describe("For admins: those orders of all customers, longest waiting first."),
    customerId: CustomerId.optional().describe("For admins: that customer's orders."),
  })
  .refine(({ status, customerId }) => !(status && customerId), {
    message: "status or customerId, not both",
  });
export const ProductsQuery = z.strictObject({ limit: Limit, cursor: ProductId.optional() });
export const OrderQuery = z.strictObject({ version: z.coerce.number().int().min(1).default(1) });
export const SalesQuery = z.strictObject({ date: z.iso.date().optional() });
