import type { Envelope, EventOf } from "@petstore/core/event";
import { StockReceivedV1 } from "@petstore/events/inventory";
import {
  OrderCancelled,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderRejected,
  OrderResumed,
} from "@petstore/events/orders";
import { PaymentNeedsAttention } from "@petstore/events/payments";
import { DifferenceFound } from "@petstore/events/reconciliation";
import type { Mail } from "./mail.ts";
import {
  differenceFound,
  orderCancelled,
  orderConfirmed,
  orderConfirmedAfterAll,
  orderNeedsAttention,
  orderRejected,
  paymentNeedsAttention,
  type Reader,
  stockReceived,
} from "./templates.ts";

/** What people are told of. Of the deliveries this context still reads the first version. */
export const heard = [
  OrderConfirmed,
  OrderRejected,
  OrderCancelled,
  OrderNeedsAttention,
  OrderResumed,
  PaymentNeedsAttention,
  DifferenceFound,
  StockReceivedV1,
] as const;

/**
 * A message that is due, to a customer or, where none is named, to the shop's staff. There is one of each template `about` an
 * order or a delivery. One with a `version`, which is the order's, says nothing any more once a later one was sent, and is not
 * sent while one of the `others` is on its way. One with `unless` is not sent after that other template.
 */
export type Message = {
  about: string;
  template: string;
  customerId?: string;
  version?: number;
  unless?: string;
  others: readonly string[];
  mail: (name: string) => Mail;
};

/** What a customer may be told of an order. */
const toCustomers = [
  "order-confirmed",
  "order-rejected",
  "order-cancelled",
  "order-needs-attention",
  "order-confirmed-after-all",
] as const;

const toCustomer = <Data extends { orderId: string; customerId: string }>(
  template: (typeof toCustomers)[number],
  { time, aggregate: { version } }: Pick<Envelope, "time" | "aggregate">,
  data: Data,
  render: (data: Data, to: Reader) => Mail,
): Message => {
  const { orderId: about, customerId } = data;
  const others = toCustomers.filter((other) => other !== template);
  const mail = (name: string) => render(data, { name, version, time });
  return { about, template, customerId, version, others, mail };
};

/** A message to the shop's staff: each says all that there is to it, in whatever order they come. */
const toStaff = (about: string, template: string, mail: () => Mail): Message => ({
  ...{ about, template, others: [], mail },
});

/** The message that an event calls for; undefined where there is nothing to be told yet. */
export const messageFor = (
  event: EventOf<(typeof heard)[number]> & Pick<Envelope, "time" | "aggregate">,
): Message | undefined => {
  const { type, data } = event;
  switch (type) {
    case OrderConfirmed.type:
      return toCustomer("order-confirmed", event, data, orderConfirmed);
    case OrderRejected.type:
      return toCustomer("order-rejected", event, data, orderRejected);
    case OrderCancelled.type:
      return toCustomer("order-cancelled", event, data, orderCancelled);
    case OrderNeedsAttention.type: {
      const message = toCustomer("order-needs-attention", event, data, orderNeedsAttention);
      // Who has cancelled waits for nothing: what is stuck of it is the shop's own matter.
      return { ...message, unless: "order-cancelled" };
    }
    case OrderResumed.type:
      // One that was not confirmed before will be, or not, and one that returns is cancelled: then that is told.
      if (data.status !== "CONFIRMED" || data.returns) return undefined;
      return toCustomer("order-confirmed-after-all", event, data, orderConfirmedAfterAll);
    case PaymentNeedsAttention.type:
      return toStaff(data.orderId, "payment-needs-attention", () => paymentNeedsAttention(data));
    case DifferenceFound.type:
      return toStaff(data.subject, `difference-${data.kind}`, () => differenceFound(data));
    case StockReceivedV1.type:
      return toStaff(data.receiptId, `stock-received-${data.productId}`, () => stockReceived(data));
  }
};
