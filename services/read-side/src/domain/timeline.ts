import type { Envelope } from "@petstore/core/event";
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
  OrderPlaced,
  OrderRejected,
  OrderResumed,
} from "@petstore/events/orders";
import {
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  PaymentNeedsAttention,
  PaymentRefunded,
  PaymentRefundedByHand,
  PaymentVoided,
} from "@petstore/events/payments";

/** One line of an order's timeline. */
export type Entry = { at: string; what: string };

const nameOf = ({ type }: { type: string }) => type.split(".")[1] ?? type;

/** What the timeline says of an event: its name, without context and version. */
export const timelineEntry = (event: Pick<Envelope, "type" | "time">): Entry => ({
  at: event.time,
  what: nameOf(event),
});

/** The events of an order as its sagas bring them about: of one millisecond, the timeline tells in this order. */
const story = [
  OrderPlaced,
  StockReserved,
  StockRejected,
  PaymentAuthorized,
  PaymentDeclined,
  OrderConfirmed,
  OrderAbandoned,
  PaymentCaptured,
  StockCommitted,
  OrderResumed,
  CancellationRequested,
  FulfilmentFailed,
  PaymentVoided,
  PaymentRefunded,
  PaymentRefundedByHand,
  PaymentNeedsAttention,
  StockReleased,
  ReservationExpired,
  StockReturned,
  OrderRejected,
  OrderCancelled,
].map(nameOf);

/** Where an event stands in the story; at its end where the story does not tell of it. */
const placeIn = ({ what }: Entry) => (story.includes(what) ? story.indexOf(what) : story.length);

/** Sorts a timeline by time, whatever order its events came in. */
export const byTime = (a: Entry, b: Entry): number => {
  if (a.at === b.at) return placeIn(a) - placeIn(b);
  return a.at < b.at ? -1 : 1;
};
