import { defineEvent, type EventOf, upcast } from "@petstore/core/event";
import { Money } from "@petstore/core/money";
import * as z from "zod";
import { CustomerId, OrderId, ProductId } from "./ids.ts";

/** One line of an order, at the price of the moment it was placed. */
export const OrderLine = z.object({
  productId: ProductId,
  name: z.string().min(1).max(80),
  quantity: z.int().positive(),
  unitPrice: Money,
});
export type OrderLine = z.infer<typeof OrderLine>;

const Order = z.object({ orderId: OrderId.schema, customerId: CustomerId });
const Basket = Order.extend({ lines: z.array(OrderLine).nonempty(), total: Money });

/**
 * The first version told everybody what the customer pays with. It is not published any more, not even beside its
 * successor for a while as an old version should be; only what lies in an archive is still read.
 */
export const OrderPlacedV1 = defineEvent(
  "orders.OrderPlaced.v1",
  Basket.extend({ paymentToken: z.string().min(1).max(64) }),
);

/** A customer asked for something, and we wrote it down. The saga begins. */
export const OrderPlaced = defineEvent("orders.OrderPlaced.v2", Basket, [
  upcast(OrderPlacedV1, ({ paymentToken: _, ...basket }) => basket),
]);

/** The pivot was taken: stock is held, payment is authorised, and the order will be fulfilled. */
export const OrderConfirmed = defineEvent("orders.OrderConfirmed.v1", Basket);

const Reason = z.object({ code: z.string(), detail: z.string() });

/** The code of the reason where a person of ours closed an order. */
export const CLOSED_BY_SHOP = "ClosedByShop";

/** The pivot was taken the other way: the order will not be fulfilled, and what was done for it is being undone. */
export const OrderAbandoned = defineEvent(
  "orders.OrderAbandoned.v1",
  Order.extend({ reason: Reason }),
);

/** The order could not be fulfilled, and all that was done for it is undone. */
export const OrderRejected = defineEvent(
  "orders.OrderRejected.v1",
  Order.extend({ reason: Reason }),
);

/** The customer changed their mind about a confirmed order: money and stock are on their way back. */
export const CancellationRequested = defineEvent("orders.CancellationRequested.v1", Basket);

/**
 * What was confirmed cannot be delivered, or a person (`by`) gave up an order that needed attention: money and stock are on
 * their way back.
 */
export const FulfilmentFailed = defineEvent(
  "orders.FulfilmentFailed.v1",
  Basket.extend({ reason: Reason, by: CustomerId.optional() }),
);

/**
 * The order is off: before it was confirmed, or after its money and stock went back. `sale` is what it was confirmed for, and
 * is no sale any more; `reason` is ours, absent where the customer wanted it so.
 */
export const OrderCancelled = defineEvent(
  "orders.OrderCancelled.v1",
  Order.extend({ sale: Money.optional(), reason: Reason.optional() }),
);

/** Neither forward nor back works: a person has to look. */
export const OrderNeedsAttention = defineEvent(
  "orders.OrderNeedsAttention.v1",
  Order.extend({ step: z.string(), cause: z.string() }),
);

/**
 * A person (`by`) has looked, and lets it go on from where it was: it is `status` again, in its customer's words. Where
 * it `returns`, its money and stock are on their way back.
 */
export const OrderResumed = defineEvent(
  "orders.OrderResumed.v1",
  Order.extend({
    by: CustomerId,
    reason: z.string().max(200),
    status: z.enum(["PENDING", "CONFIRMED", "CANCELLED"]),
    returns: z.literal(true).optional(),
  }),
);

/** All that the orders context publishes. */
export const orderEvents = [
  OrderPlaced,
  OrderConfirmed,
  OrderAbandoned,
  OrderRejected,
  CancellationRequested,
  FulfilmentFailed,
  OrderCancelled,
  OrderNeedsAttention,
  OrderResumed,
] as const;
export type OrderEvent = EventOf<(typeof orderEvents)[number]>;
