import type { Trace } from "@petstore/core/context";
import type { Money } from "@petstore/core/money";
import { type CustomerId, orderPaidBy, type PaymentId } from "@petstore/events/ids";
import {
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  type PaymentEvent,
  PaymentNeedsAttention,
  PaymentRefunded,
  PaymentRefundedByHand,
  PaymentVoided,
} from "@petstore/events/payments";

/**
 * Why the provider is asked to give money back: all of it, as the order is off, or the `excess` where it took more than the
 * total. Each cause is good for one refund.
 */
export const causes = ["cancellation", "failure", "excess"] as const;
export type Cause = (typeof causes)[number];

/** A refund that somebody made elsewhere, by bank transfer say, and that an administrator (`by`) wrote down. The provider's ledger does not have it. */
export type ByHand = { amount: Money; reason: string; by: CustomerId };

/** Which webhook told us; absent where the provider answered a question of ours. */
type Heard = { webhook?: string | undefined };

/** What the ledger holds, one row an event. Its words are our own: `publish` says what others hear of them. */
export type LedgerEvent =
  | { type: "AuthorizationRequested"; data: { total: Money; taskToken: string; trace: Trace } }
  | { type: "AnswerAwaited"; data: { taskToken: string } }
  | { type: "VoidRequested"; data: { trace: Trace } }
  | { type: "RefundRequested"; data: { amount: Money; cause: Cause; trace: Trace } }
  | { type: "CaptureRefused"; data: { why: string } }
  | { type: "Authorized"; data: Heard & { amount: Money } }
  | { type: "Declined"; data: Heard & { reason: string } }
  | { type: "Voided"; data: Heard }
  | { type: "Captured"; data: Heard & { amount: Money } }
  | { type: "Refunded"; data: Heard & { amount: Money; cause: Cause } }
  | { type: "RefundedByHand"; data: ByHand & { key: string } }
  | { type: "Disputed"; data: Heard & { what: string; captured?: Money } };

/** The published form of a ledger event; undefined for what is only ours, such as task tokens. */
export const publish = (paymentId: PaymentId, event: LedgerEvent): PaymentEvent | undefined => {
  const payment = { paymentId, orderId: orderPaidBy(paymentId) };
  switch (event.type) {
    case "Authorized":
      return PaymentAuthorized({ ...payment, amount: event.data.amount });
    case "Declined":
      return PaymentDeclined({ ...payment, reason: event.data.reason });
    case "Captured":
      return PaymentCaptured({ ...payment, amount: event.data.amount });
    case "Voided":
      return PaymentVoided(payment);
    case "Refunded": {
      const { amount, cause } = event.data;
      // Other contexts have no cause `excess`: to them it is a failure.
      return PaymentRefunded({ ...payment, amount, cause: cause === "excess" ? "failure" : cause });
    }
    case "RefundedByHand": {
      const { key: _, ...record } = event.data;
      return PaymentRefundedByHand({ ...payment, ...record });
    }
    case "Disputed":
      return PaymentNeedsAttention({ ...payment, what: event.data.what });
    case "AuthorizationRequested":
    case "AnswerAwaited":
    case "VoidRequested":
    case "RefundRequested":
    case "CaptureRefused":
      return undefined;
  }
};

const OURS: LedgerEvent["type"][] = [
  "AuthorizationRequested",
  "AnswerAwaited",
  "VoidRequested",
  "RefundRequested",
  "CaptureRefused",
];

/** Whether others are told of an event. */
export const isPublished = ({ type }: LedgerEvent): boolean => !OURS.includes(type);
