import type { Trace } from "@petstore/core/context";
import type { Money } from "@petstore/core/money";
import { orderPaidBy, type PaymentId } from "@petstore/events/ids";
import {
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  type PaymentEvent,
  PaymentNeedsAttention,
  PaymentRefunded,
  PaymentVoided,
} from "@petstore/events/payments";

/** Why money goes back. There is no third cause, and each is good for one refund. */
export type Cause = "cancellation" | "failure";

/** Which webhook told us; absent where the provider answered a question of ours. */
type Heard = { webhook?: string | undefined };

/** What the ledger holds, one row an event. Its words are our own: `publish` says what others hear of them. */
export type LedgerEvent =
  | { type: "AuthorizationRequested"; data: { total: Money; taskToken: string; trace: Trace } }
  | { type: "AnswerAwaited"; data: { taskToken: string } }
  | { type: "VoidRequested"; data: { trace: Trace } }
  | { type: "CaptureRefused"; data: { why: string } }
  | { type: "Authorized"; data: Heard & { amount: Money } }
  | { type: "Declined"; data: Heard & { reason: string } }
  | { type: "Voided"; data: Heard }
  | { type: "Captured"; data: Heard & { amount: Money } }
  | { type: "Refunded"; data: Heard & { amount: Money; cause: Cause } }
  | { type: "Disputed"; data: Heard & { what: string } };

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
    case "Refunded":
      return PaymentRefunded({ ...payment, amount: event.data.amount, cause: event.data.cause });
    case "Disputed":
      return PaymentNeedsAttention({ ...payment, what: event.data.what });
    case "AuthorizationRequested":
    case "AnswerAwaited":
    case "VoidRequested":
    case "CaptureRefused":
      return undefined;
  }
};

/** Whether others are told of an event. */
export const isPublished = ({ type }: LedgerEvent): boolean =>
  !["AuthorizationRequested", "AnswerAwaited", "VoidRequested", "CaptureRefused"].includes(type);
