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
 * order or a delivery. One with a `version`, which is the order's, says nothing any more once a later one was sent. One with
 * `unless` is not sent after that other template.
 */
export type Message = {
  about: string;
  template: string;
  customerId?: string;
  version?: number;
  unless?: string;
  mail: (name: string) => Mail;
};

const toCustomer = <Data extends { orderId: string; customerId: string }>(
  template: string,
  version: number,
  data: Data,
  render: (data: Data, name: string) => Mail,
): Message => {
  const { orderId: about, customerId } = data;
  return { about, template, customerId, version, mail: (name) => render(data, name) };
};

/** The message that an event calls for; undefined where there is nothing to be told yet. */
export const messageFor = ({
  type,
  data,
  aggregate: { version },
}: EventOf<(typeof heard)[number]> & Pick<Envelope, "aggregate">): Message | undefined => {
  switch (type) {
    case OrderConfirmed.type:
      return toCustomer("order-confirmed", version, data, orderConfirmed);
    case OrderRejected.type:
      return toCustomer("order-rejected", version, data, orderRejected);
    case OrderCancelled.type:
      return toCustomer("order-cancelled", version, data, orderCancelled);
    case OrderNeedsAttention.type: {
      const message = toCustomer("order-needs-attention", version, data, orderNeedsAttention);
      // Who has cancelled waits for nothing: what is stuck of it is the shop's own matter.
      return { ...message, unless: "order-cancelled" };
    }
    case OrderResumed.type:
      // One that was not confirmed before will be, or not, and one that returns is cancelled: then that is told.
      if (data.status !== "CONFIRMED" || data.returns) return undefined;
      return toCustomer("order-confirmed-after-all", version, data, orderConfirmedAfterAll);
    case PaymentNeedsAttention.type: {
      const template = "payment-needs-attention";
      return { about: data.orderId, template, mail: () => paymentNeedsAttention(data) };
    }
    case DifferenceFound.type: {
      const template = `difference-${data.kind}`;
      return { about: data.subject, template, mail: () => differenceFound(data) };
    }
    case StockReceivedV1.type: {
      const template = `stock-received-${data.productId}`;
      return { about: data.receiptId, template, mail: () => stockReceived(data) };
    }
  }
};
