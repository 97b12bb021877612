import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { awsClient } from "@petstore/core/aws-client";
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
