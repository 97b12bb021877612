import { OrderCancelled } from "../packages/events/src/orders.ts";
import { fulfilOrder } from "../services/orders/src/saga/fulfil-order.ts";
import { route } from "./api.ts";
import { issuer } from "./identity.ts";
import { allow, command } from "./patterns/allow.ts";
import { errorLogAlarm } from "./patterns/error-log.ts";
import { lambda, step } from "./patterns/lambda.ts";
import { outbox } from "./patterns/outbox.ts";
import { stateMachineArn } from "./patterns/state-machine.ts";
import { published, subscriber } from "./patterns/subscription.ts";
import { table } from "./patterns/table.ts";
import { apiKey, paymentProvider, webhookSecret } from "./payment-provider.ts";

const context = "payments";

const ledger = table("PaymentsTable", { context });
const ledgerOutbox = outbox("Payments", context);

/** Accepted beside WebhookSecret while it is set: how the secret is rotated. */
const previousWebhookSecret = new sst.Secret("PreviousWebhookSecret", "");

/** A payment is the sequence of its events: all are read, new ones are added, none is ever changed. */
const onLedger = {
  link: [ledger, ledgerOutbox],
  permissions: command(
    { table: ledger, outbox: ledgerOutbox },
    "dynamodb:Query",
    "dynamodb:PutItem",
  ),
};
const atProvider = {
  ...onLedger,
  link: [...onLedger.link, paymentProvider, apiKey],
  timeout: 20,
};
const answerSaga = (...answers: `states:SendTask${string}`[]) =>
  allow(stateMachineArn(fulfilOrder.name), ...answers);

export const authorizePayment = step("AuthorizePayment", "payments/authorize-payment", {
  ...atProvider,
  refuses: true,
  permissions: [...atProvider.permissions, answerSaga("states:SendTaskSuccess")],
});
export const capturePayment = step("CapturePayment", "payments/capture-payment", atProvider);
export const voidPayment = step("VoidPayment", "payments/void-payment", atProvider);
export const refundPayment = step("RefundPayment", "payments/refund-payment", atProvider);

const webhook = lambda("ReceiveWebhook", "payments/receive-webhook", {
  ...atProvider,
  link: [...atProvider.link, webhookSecret, previousWebhookSecret],
  permissions: [
    ...onLedger.permissions,
    answerSaga("states:SendTaskSuccess", "states:SendTaskFailure"),
  ],
});
route("POST /webhooks/payments", "ReceivePaymentWebhook", webhook, "provider");

const withdrawal = subscriber("WithdrawPayment", "payments/withdraw-payment", {
  ...onLedger,
  on: published([OrderCancelled]),
  permissions: [
    allow(ledger.arn, "dynamodb:Query", "dynamodb:PutItem"), // its tombstone is not published
    answerSaga("states:SendTaskFailure"),
  ],
});

// The administrators' side: what went back by other ways than the provider
const api = lambda("PaymentsApi", "payments/api", {
  ...atProvider,
  link: [...atProvider.link, issuer],
});
route("POST /payments/{orderId}/refunds", "RecordRefund", api);

// For who compares books, and finds that the provider told us something that we have not heard
export const paymentsBooks = lambda("PaymentsStateBooks", "payments/state-books", {
  ...atProvider,
  timeout: 30,
  permissions: [allow(ledger.arn, "dynamodb:Scan", "dynamodb:Query")],
});
export const hearProvider = lambda("HearProvider", "payments/hear-provider", atProvider);

errorLogAlarm("PaymentErrorsLogged", {
  context,
  because: "A payment needs a person, or the provider does not accept our key: see the log",
  functions: {
    AuthorizePayment: authorizePayment,
    CapturePayment: capturePayment,
    VoidPayment: voidPayment,
    RefundPayment: refundPayment,
    ReceiveWebhook: webhook,
    WithdrawPayment: withdrawal,
    PaymentsApi: api,
    PaymentsStateBooks: paymentsBooks,
    HearProvider: hearProvider,
  },
});
