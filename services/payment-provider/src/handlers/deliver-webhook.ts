import { describeError, log } from "@petstore/core/log";
import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { Resource } from "sst";

const deliver = async (body: string): Promise<void> => {
  const response = await fetch(`${Resource.Api.url.replace(/\/$/, "")}/webhooks/payments`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      [SIGNATURE_HEADER]: signWebhook(body, Resource.WebhookSecret.value, Date.now()),
    },
    body,
  });
  if (!response.ok) throw new Error(`The shop answered ${response.status}`);
};

/** Sends webhooks, signed at the moment they are sent. One that is not taken comes back to the queue, and ends in its dead-letter queue. */
export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  for (const { messageId, body } of Records) {
    try {
      await deliver(body);
    } catch (error) {
      log("webhook not delivered", { messageId, ...describeError(error) });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};
