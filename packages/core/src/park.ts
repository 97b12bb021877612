import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { awsClient } from "./aws-client.ts";

const client = awsClient(SQSClient);
const REASON_LIMIT = 1024;

/**
 * Puts a message that nobody will ever understand where a person finds it, with the reason beside it, in the attribute
 * `reason`: asking again would not help, and it must neither be lost nor stand in the way of others.
 */
export const park = async (deadLetters: string, body: string, reason: string): Promise<void> => {
  const StringValue = reason.slice(0, REASON_LIMIT) || "no reason given";
  await client.send(
    new SendMessageCommand({
      QueueUrl: deadLetters,
      MessageBody: body,
      MessageAttributes: { reason: { DataType: "String", StringValue } },
    }),
  );
};
