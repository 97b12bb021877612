import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";

/** Where AWS's clients go, and as whom; without endpoint and credentials to AWS itself, as the environment says. */
export type ClientConfig = {
  region: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  maxAttempts?: number;
};

/** AWS's own clients for every service that the emulator has. */
export const awsClients = (config: ClientConfig) => ({
  dynamodb: new DynamoDBClient(config),
  streams: new DynamoDBStreamsClient(config),
  sqs: new SQSClient(config),
  events: new EventBridgeClient(config),
  sfn: new SFNClient(config),
  lambda: new LambdaClient(config),
  scheduler: new SchedulerClient(config),
  ses: new SESv2Client(config),
  sts: new STSClient(config),
});
