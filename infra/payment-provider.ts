import { api as shop } from "./api.ts";
import { allow } from "./patterns/allow.ts";
import { consumer } from "./patterns/consumer.ts";
import { lambda } from "./patterns/lambda.ts";
import { queueWithDlq } from "./patterns/queue.ts";
import { secret } from "./patterns/secret.ts";
import { table } from "./patterns/table.ts";

const context = "payment-provider";

/** What our side and the provider's both know. */
export const apiKey = secret("ProviderApiKey");
export const webhookSecret = secret("WebhookSecret");

/** Accepted beside ProviderApiKey while it is set: how the key is rotated. */
const previousApiKey = new sst.Secret("PreviousProviderApiKey", "");

const ledger = table("ProviderTable", { context });
/** Eight attempts that begin with seconds and back off take about three quarters of an hour. */
const { queue: webhooks } = queueWithDlq("ProviderWebhooks", context, { attempts: 8 });

const sandbox = lambda("ProviderApi", "payment-provider/api", {
  url: true,
  link: [ledger, webhooks, apiKey, previousApiKey],
  permissions: [
    allow(ledger.arn, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"),
    allow(webhooks.arn, "sqs:SendMessage"),
  ],
});

/** The sandbox provider, as payments sees it: an address. */
export const paymentProvider = new sst.Linkable("PaymentProvider", {
  properties: { url: sandbox.url },
});

consumer("DeliverWebhook", "payment-provider/deliver-webhook", {
  queue: webhooks,
  link: [shop, webhooks, webhookSecret],
  permissions: [allow(webhooks.arn, "sqs:ChangeMessageVisibility")],
});
