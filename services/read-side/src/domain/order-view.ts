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
  OrderCancelled,
  OrderConfirmed,
  type OrderLine,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRejected,
  orderEvents,
} from "@petstore/events/orders";
import { PaymentCaptured, PaymentRefunded, paymentEvents } from "@petstore/events/payments";

/** An order as its customer sees it. Built from events alone; no command ever writes it. */
export type OrderView = {
  orderId: string;
  customerId?: string;
  placedAt?: string;
  status?: "PENDING" | "CONFIRMED" | "REJECTED" | "CANCELLED" | "NEEDS_ATTENTION";
  lines?: OrderLine[];
  total?: Money;
  paid?: Money;
  refunded?: Money;
  reason?: Refusal;
  timeline: { at: string; what: string }[];
};

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

/** What an event changes in the view, beside the line it adds to the timeline. */
export const changesOf = ({ type, data, time }: Envelope<OrderViewEvent>): Partial<OrderView> => {
  switch (type) {
    case OrderPlaced.type: {
      const { customerId, lines, total } = data;
      return { customerId, lines, total, placedAt: time, status: "PENDING" };
    }
    case OrderConfirmed.type:
      return { status: "CONFIRMED" };
    case OrderRejected.type:
      return { status: "REJECTED", reason: data.reason };
    case OrderCancelled.type:
      return { status: "CANCELLED" };
    case OrderNeedsAttention.type:
      return { status: "NEEDS_ATTENTION" };
    case PaymentCaptured.type:
      return { paid: data.amount };
    case PaymentRefunded.type:
      return { refunded: data.amount };
    default:
      return {};
  }
};

/** What the timeline says of an event: its name, without context and version. */
export const timelineEntry = ({ type, time }: Pick<Envelope, "type" | "time">) => ({
  at: time,
  what: type.split(".")[1] ?? type,
});

/** The view after one more event: what a rebuild folds, and what the projection's update must equal. */
export const evolve = (view: OrderView, event: Envelope<OrderViewEvent>): OrderView => ({
  ...view,
  ...changesOf(event),
  timeline: [...view.timeline, timelineEntry(event)],
});
