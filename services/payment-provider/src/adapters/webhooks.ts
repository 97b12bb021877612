import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { awsClient } from "@petstore/core/aws-client";
import { describeError, log } from "@petstore/core/log";
import { Resource } from "sst";
import type { Webhook } from "../domain/webhooks.ts";

const client = awsClient(SQSClient);

/** Puts webhooks in the queue, each to be sent at its time. */
export const schedule = async (webhooks: readonly Webhook[]): Promise<void> => {
  for (const { afterSeconds, body } of webhooks)
    await client.send(
      new SendMessageCommand({
        QueueUrl: Resource.ProviderWebhooks.url,
        MessageBody: JSON.stringify(body),
        DelaySeconds: afterSeconds,
      }),
    );
};

/** Has a webhook that was not taken come back after so many seconds. Where even that fails, it comes back when its queue says. */
export const comeBackIn = async (seconds: number, receipt: string): Promise<void> => {
  try {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: Resource.ProviderWebhooks.url,
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      }),
    );
  } catch (error) {
    log("webhook comes back late", describeError(error));
  }
};
