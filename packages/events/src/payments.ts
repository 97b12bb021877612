import { defineEvent, type EventOf } from "@petstore/core/event";
import { Money } from "@petstore/core/money";
import * as z from "zod";
import { CustomerId, OrderId, PaymentId } from "./ids.ts";

const Payment = z.object({ paymentId: PaymentId, orderId: OrderId.schema });
const Amount = Payment.extend({ amount: Money });

/** The provider will pay the amount when it is asked to. */
export const PaymentAuthorized = defineEvent("payments.PaymentAuthorized.v1", Amount);

/** The provider will not pay. */
export const PaymentDeclined = defineEvent(
  "payments.PaymentDeclined.v1",
  Payment.extend({ reason: z.string() }),
);

/** The money is ours. */
export const PaymentCaptured = defineEvent("payments.PaymentCaptured.v1", Amount);

/** The authorisation was given back; no money moved. */
export const PaymentVoided = defineEvent("payments.PaymentVoided.v1", Payment);

/** Money went back to the customer. */
export const PaymentRefunded = defineEvent(
  "payments.PaymentRefunded.v1",
  Amount.extend({ cause: z.enum(["cancellation", "failure"]) }),
);

/**
 * Money went back to the customer by another way than the provider, as an administrator (`by`) wrote down: the provider's
 * ledger knows nothing of it.
 */
export const PaymentRefundedByHand = defineEvent(
  "payments.PaymentRefundedByHand.v1",
  Amount.extend({ by: CustomerId, reason: z.string().max(200) }),
);

/** We and the provider disagree, or it refuses for good: a person has to look. */
export const PaymentNeedsAttention = defineEvent(
  "payments.PaymentNeedsAttention.v1",
  Payment.extend({ what: z.string() }),
);

/** All that the payments context publishes. */
export const paymentEvents = [
  PaymentAuthorized,
  PaymentDeclined,
  PaymentCaptured,
  PaymentVoided,
  PaymentRefunded,
  PaymentRefundedByHand,
  PaymentNeedsAttention,
] as const;
export type PaymentEvent = EventOf<(typeof paymentEvents)[number]>;
