import { fulfilOrder } from "../services/orders/src/saga/fulfil-order.ts";
import { route } from "./api.ts";
import { allow, command } from "./patterns/allow.ts";
import { lambda, step } from "./patterns/lambda.ts";
import { outbox } from "./patterns/outbox.ts";
import { stateMachineArn } from "./patterns/state-machine.ts";
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
  link: [...onLedger.link, webhookSecret, previousWebhookSecret],
  permissions: [
    ...onLedger.permissions,
    answerSaga("states:SendTaskSuccess", "states:SendTaskFailure"),
  ],
});
route("POST /webhooks/payments", "ReceivePaymentWebhook", webhook);
