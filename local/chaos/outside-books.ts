import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type Calls, nameIn } from "emulator/boot/calls";
import type { Graph } from "emulator/boot/graph";
import type { Ready } from "../shop-process.ts";

/** What the judge reads of a shop in another process, with AWS's own clients. */
export const outsideCalls = (
  { aws, accessKeyId, secretAccessKey }: Ready,
  graph: Graph,
): Pick<Calls, "call" | "nameOf"> => {
  const config = {
    endpoint: aws,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey },
  };
  const [dynamodb, sqs, states] = [
    new DynamoDBClient(config),
    new SQSClient(config),
    new SFNClient(config),
  ];
  // biome-ignore lint/suspicious/noExplicitAny: AWS's inputs
  const operations: Record<string, (input: any) => Promise<unknown>> = {
    Scan: (input) => dynamodb.send(new ScanCommand(input)),
    ListQueues: (input) => sqs.send(new ListQueuesCommand(input)),
    GetQueueAttributes: (input) => sqs.send(new GetQueueAttributesCommand(input)),
    ListStateMachines: (input) => states.send(new ListStateMachinesCommand(input)),
    ListExecutions: (input) => states.send(new ListExecutionsCommand(input)),
  };
  return {
    async call(service, operation, input = {}) {
      const send = operations[operation];
      if (!send) throw new Error(`The judge has no client for ${service}.${operation}.`);
      return send(input);
    },
    nameOf: (name) => nameIn(graph, name),
  };
};
