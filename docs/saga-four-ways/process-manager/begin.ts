import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { awsClient } from "@petstore/core/aws-client";
import { Resource } from "sst";

const client = awsClient(SQSClient);
type Queue = { FulfilmentQueue: { url: string } };

/** Puts something into the queue that drives the process manager, to be heard after so many seconds. */
export const send = async (message: object, DelaySeconds = 0): Promise<void> => {
  const QueueUrl = (Resource as unknown as Queue).FulfilmentQueue.url;
  const MessageBody = JSON.stringify(message);
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
};

/** Begins an order's walk, or has it looked at again: what StartExecution is with Step Functions. */
export const begin = (input: object): Promise<void> => send({ begin: input });
