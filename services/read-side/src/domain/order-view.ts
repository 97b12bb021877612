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
import { byTime, type Entry } from "./timeline.ts";

export type Status = "PENDING" | "CONFIRMED" | "REJECTED" | "CANCELLED" | "NEEDS_ATTENTION";

type Statuses = { [status: `status_${number}`]: Status };

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
  const is = (status: Status) => ({ [`status_${aggregate.version}`]: status }) as Statuses;
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
      return {};
  }
};

const statusesOf = (row: OrderRow) =>
  Object.entries(row).flatMap(([name, value]) => {
    const [, version] = /^status_(\d+)$/.exec(name) ?? [];
    return version ? [{ version: Number(version), status: value as Status }] : [];
  });

/** The newest status that the row has heard of, and the version of the order that brought it. */
const statusOf = (row: OrderRow) =>
  statusesOf(row).reduce((newest, one) => (one.version > newest.version ? one : newest), {
    version: 0,
    status: "PENDING" as Status,
  });

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

/** What the orders context says of an order: all of it but its money and its timeline. */
export type OrderNow = Pick<
  ReturnType<typeof toAnswer>,
  "orderId" | "status" | "version" | "lines" | "total" | "placedAt" | "reason"
>;

/** The answer where the row is behind the order, or is not there yet: money and timeline are as far as it has heard. */
export const catchUp = (row: OrderRow | undefined, now: OrderNow) => {
  const { paid, refunded, timeline } = toAnswer({ orderId: now.orderId, timeline: [], ...row });
  const placed = now.placedAt ? [{ at: now.placedAt, what: "OrderPlaced" }] : [];
  return { ...now, paid, refunded, timeline: row?.placedAt ? timeline : [...placed, ...timeline] };
};
