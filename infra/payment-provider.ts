import { api as shop } from "./api.ts";
import { allow } from "./patterns/allow.ts";
import { consumer } from "./patterns/consumer.ts";
import { lambda } from "./patterns/lambda.ts";
import { queueWithDlq } from "./patterns/queue.ts";
import { table } from "./patterns/table.ts";
import { production } from "./stage.ts";

const context = "payment-provider";

const secret = (name: string, placeholder: string) =>
  new sst.Secret(name, production ? undefined : placeholder);

/** What our side and the provider's both know. Production refuses to start on the placeholders. */
export const apiKey = secret("ProviderApiKey", "sandbox-api-key");
export const webhookSecret = secret("WebhookSecret", "sandbox-webhook-secret");

const ledger = table("ProviderTable", { context });
const webhooks = queueWithDlq("ProviderWebhooks", context).queue;

const sandbox = lambda("ProviderApi", "payment-provider/api", {
  url: true,
  link: [ledger, webhooks, apiKey],
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
  link: [shop, webhookSecret],
});
