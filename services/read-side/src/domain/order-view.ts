import type { Envelope, EventOf } from "@petstore/core/event";
import type { Money } from "@petstore/core/money";
import type { Refusal } from "@petstore/core/result";
import {
  ReservationExpired,
  StockCommitted,
  StockRejected,
  StockReleased,
  StockReserved,
  StockReturned,
} from "@petstore/events/inventory";
import {
  CancellationRequested,
  FulfilmentFailed,
  OrderAbandoned,
  OrderCancelled,
  OrderConfirmed,
  type OrderLine,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRejected,
  OrderResumed,
  orderEvents,
} from "@petstore/events/orders";
import {
  PaymentCaptured,
  PaymentRefunded,
  PaymentRefundedByHand,
  paymentEvents,
} from "@petstore/events/payments";
import { type Refunds, refund, refundedIn } from "./refunds.ts";
import { type Status, type Statuses, statusOf } from "./statuses.ts";
import { byTime, type Entry } from "./timeline.ts";

/**
 * An order's row as events leave it. No two events set the same attribute, so they may come in any order: each event of the
 * order brings a status, under its own number. The highest number is the version of the order that the row has seen.
 */
export type OrderRow = {
  orderId: string;
  customerId?: string;
  placedAt?: string;
  lines?: OrderLine[];
  total?: Money;
  paid?: Money;
  reason?: Refusal;
  timeline: Entry[];
} & Statuses &
  Refunds;

/** The events that an order's view is made of. */
export const orderViewEvents = [
  ...orderEvents,
  ...paymentEvents,
  StockReserved,
  StockRejected,
  StockCommitted,
  StockReleased,
  StockReturned,
  ReservationExpired,
] as const;
export type OrderViewEvent = EventOf<(typeof orderViewEvents)[number]>;

/** What an event changes in the row, beside the line that it adds to the timeline. */
export const changesOf = (event: Envelope<OrderViewEvent>): Partial<OrderRow> => {
  const { type, data, time, aggregate } = event;
  const is = (status: Status | "UNCHANGED") =>
    ({ [`status_${aggregate.version}`]: status }) as Statuses;
  switch (type) {
    case OrderPlaced.type: {
      const { customerId, lines, total } = data;
      return { customerId, lines, total, placedAt: time, ...is("PENDING") };
    }
    case OrderAbandoned.type:
      return is("PENDING");
    case OrderConfirmed.type:
    case CancellationRequested.type:
      return is("CONFIRMED");
    case FulfilmentFailed.type:
      return is(data.by ? "NEEDS_ATTENTION" : "CONFIRMED");
    case OrderRejected.type:
      return { reason: data.reason, ...is("REJECTED") };
    case OrderCancelled.type:
      return { ...(data.reason && { reason: data.reason }), ...is("CANCELLED") };
    case OrderResumed.type:
      return is(data.status);
    case OrderNeedsAttention.type:
      return is("NEEDS_ATTENTION");
    case PaymentCaptured.type:
      return { paid: data.amount };
    case PaymentRefunded.type:
    case PaymentRefundedByHand.type:
      return refund(aggregate.version, data.amount);
    default:
      return aggregate.type === "order" ? is("UNCHANGED") : {};
  }
};

/** The row as the API answers it: what happened, in the order in which it happened. */
export const toAnswer = (row: OrderRow) => ({
  orderId: row.orderId,
  ...statusOf(row),
  lines: row.lines ?? [],
  total: row.total,
  paid: row.paid ?? null,
  refunded: refundedIn(row),
  ...(row.reason && { reason: row.reason }),
  placedAt: row.placedAt,
  timeline: row.timeline.toSorted(byTime),
});
