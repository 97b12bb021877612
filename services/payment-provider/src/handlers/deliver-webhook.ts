import { describeError, log } from "@petstore/core/log";
import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { Resource } from "sst";
import { comeBackIn } from "../adapters/webhooks.ts";
import { secondsUntilNext } from "../domain/redelivery.ts";

/** All of a batch are sent side by side, so that this ends well before the function's twenty seconds, however many hang. */
const PATIENCE_MS = 10_000;

const deliver = async (body: string): Promise<void> => {
  const response = await fetch(`${Resource.Api.url.replace(/\/$/, "")}/webhooks/payments`, {
    method: "POST",
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: {
      "content-type": "application/json",
      [SIGNATURE_HEADER]: signWebhook(body, Resource.WebhookSecret.value, Date.now()),
    },
    body,
  });
  if (!response.ok) throw new Error(`The shop answered ${response.status}`);
};

/**
 * Sends webhooks, signed at the moment they are sent. One that is not taken comes back to the queue, first after seconds, then
 * later and later, and ends in its dead-letter queue.
 */
export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const attempt = async ({ messageId, receiptHandle, body, attributes }: SQSRecord) => {
    try {
      await deliver(body);
      return [];
    } catch (error) {
      const receiveCount = Number(attributes.ApproximateReceiveCount);
      log("webhook not delivered", { messageId, receiveCount, ...describeError(error) });
      await comeBackIn(secondsUntilNext(receiveCount, Math.random()), receiptHandle);
      return [{ itemIdentifier: messageId }];
    }
  };
  return { batchItemFailures: (await Promise.all(Records.map(attempt))).flat() };
};
