import { answers, documented, refuses } from "@petstore/core/documented";
import { handle } from "@petstore/core/handle";
import { api } from "@petstore/core/http";
import { problem, refusedWith } from "@petstore/core/problem";
import { SIGNATURE_HEADER, verifyWebhook } from "@petstore/core/webhook-signature";
import { Resource } from "sst";
import * as z from "zod";
import { hearWebhook } from "../adapters/hear-webhook.ts";
import { readWebhook } from "../adapters/provider-language.ts";

const Received = z.object({ received: z.literal(true) });
const refused = refusedWith({ UnknownPayment: 404, ProviderSilent: 503 });
const secrets = [Resource.WebhookSecret.value, Resource.PreviousWebhookSecret.value];

/** Receives the provider's webhooks. Whatever is not answered with 2xx is sent again, and ends in the provider's dead-letter queue. */
export const app = api().post(
  "/webhooks/payments",
  documented({
    operationId: "receivePaymentWebhook",
    summary: "For the payment provider: what became of a payment",
    responses: {
      200: answers("Heard, now or before.", Received),
      ...refuses({
        401: "Not signed by the provider, or not within the last 300 seconds",
        404: "A payment that we never asked for",
        409: "Signed, but the provider itself does not say so",
        422: "Signed, but not a webhook that we understand",
        503: "The provider could not be asked; send it again",
      }),
    },
  }),
  async (c) => {
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    const signed = verifyWebhook(bytes, c.req.header(SIGNATURE_HEADER), secrets, Date.now());
    if (!signed.ok) return problem(c, 401, signed.refusal);
    const webhook = readWebhook(new TextDecoder().decode(bytes));
    if (!webhook.ok) return problem(c, 422, webhook.refusal);
    const heard = await hearWebhook(webhook.value);
    if (!heard.ok) return refused(c, heard.refusal);
    return c.json({ received: true } satisfies z.infer<typeof Received>);
  },
);

export const handler = handle(app);
