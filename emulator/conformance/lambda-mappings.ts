import { deepEqual, equal } from "node:assert/strict";
import { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { type Claim, refused } from "./claim.ts";
import { createEcho, echoOf } from "./echo.ts";
import type { Lab } from "./lab.ts";
import { createQueue } from "./sqs.ts";
import { createStream } from "./streams.ts";

const guide = "https://docs.aws.amazon.com/lambda/latest/dg";
const api = "https://docs.aws.amazon.com/lambda/latest/api";

/** What Lambda documents of event source mappings. */
export const mappingClaims: (Omit<Claim, "id" | "service"> & { name: string })[] = [
  {
    name: "partial-batch",
    claim: "Of an SQS batch, only the messages that the function reports come again",
    doc: `${guide}/services-sqs-errorhandling.html`,
    async run(lab: Lab) {
      const FunctionName = await createEcho(lab, 1);
      const dead = await createQueue(lab);
      const queue = await createQueue(lab, {
        VisibilityTimeout: "4",
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
      });
      const { UUID } = await lab.lambda.send(
        new CreateEventSourceMappingCommand({
          FunctionName,
          EventSourceArn: queue.arn,
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        }),
      );
      const mapping = { UUID };
      lab.later(() => lab.lambda.send(new DeleteEventSourceMappingCommand(mapping)));
      await lab.eventually(async () => {
        const { State } = await lab.lambda.send(new GetEventSourceMappingCommand(mapping));
        return State === "Enabled";
      });
      await queue.sendBatch(
        ["ok", "fail", "fine"].map((MessageBody) => ({ Id: MessageBody, MessageBody })),
      );
      // What comes again has been received too often by then, and is dead: the others never are.
      const bodies = await lab.eventually(async () => {
        const messages = await dead.receive({ MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });
        return messages.length > 0 && messages.map(({ Body }) => Body);
      }, 30);
      deepEqual(bodies, ["fail"]);
    },
  },
  {
    name: "stream-failure",
    claim:
      "A stream's batch is tried again from the lowest record that failed; given up, it is reported by its position, without its records",
    doc: `${guide}/services-ddb-batchfailurereporting.html`,
    async run(lab: Lab) {
      const FunctionName = await createEcho(lab);
      const dead = await createQueue(lab);
      const { TableName, StreamArn } = await createStream(lab);
      await lab.dynamodb.send(
        new TransactWriteItemsCommand({
          TransactItems: ["ok", "fail"].map((pk) => ({
            Put: { TableName, Item: { pk: { S: pk } } },
          })),
        }),
      );
      const { UUID } = await lab.lambda.send(
        new CreateEventSourceMappingCommand({
          FunctionName,
          EventSourceArn: StreamArn,
          StartingPosition: "TRIM_HORIZON",
          BatchSize: 10,
          MaximumRetryAttempts: 1,
          FunctionResponseTypes: ["ReportBatchItemFailures"],
          DestinationConfig: { OnFailure: { Destination: dead.arn } },
        }),
      );
      lab.later(() => lab.lambda.send(new DeleteEventSourceMappingCommand({ UUID })));
      const body = await lab.eventually(async () => (await dead.receive())[0]?.Body, 60);
      const { DDBStreamBatchInfo: batch, requestContext, ...rest } = JSON.parse(body);
      equal(requestContext.condition, "RetryAttemptsExhausted");
      deepEqual([batch.streamArn, batch.batchSize], [StreamArn, 1]);
      equal(batch.startSequenceNumber, batch.endSequenceNumber);
      equal(rest.requestPayload, undefined);
    },
  },
  {
    name: "pause",
    claim: "A mapping that is disabled leaves messages in the queue; enabled again, it goes on",
    doc: `${api}/API_UpdateEventSourceMapping.html`,
    async run(lab: Lab) {
      const queue = await createQueue(lab);
      const { UUID } = await lab.lambda.send(
        new CreateEventSourceMappingCommand({
          FunctionName: await echoOf(lab),
          EventSourceArn: queue.arn,
          Enabled: false,
        }),
      );
      lab.later(() => lab.lambda.send(new DeleteEventSourceMappingCommand({ UUID })));
      const inState = (state: string) =>
        lab.eventually(
          async () =>
            (await lab.lambda.send(new GetEventSourceMappingCommand({ UUID }))).State === state,
        );
      const count = async () => {
        const { Attributes } = await lab.sqs.send(
          new GetQueueAttributesCommand({ QueueUrl: queue.QueueUrl, AttributeNames: ["All"] }),
        );
        return Number(Attributes?.ApproximateNumberOfMessages);
      };
      await inState("Disabled");
      await queue.send("{}");
      await lab.eventually(async () => (await count()) === 1);
      await lab.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
      await inState("Enabled");
      await lab.eventually(async () => (await count()) === 0);
    },
  },
  {
    name: "batch-size",
    claim: "A batch has at most 10,000 records; an SQS batch over 10 needs a window",
    doc: `${api}/API_CreateEventSourceMapping.html`,
    async run(lab: Lab) {
      const FunctionName = await echoOf(lab);
      const { arn: EventSourceArn } = await createQueue(lab);
      const map = (BatchSize: number) =>
        lab.lambda.send(
          new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn, BatchSize }),
        );
      await refused(map(10_001), "ValidationException");
      await refused(map(11), "InvalidParameterValueException");
    },
  },
  {
    name: "filters-5",
    claim: "A mapping has at most 5 filters of at most 4,096 characters, each a pattern",
    doc: `${guide}/invocation-eventfiltering.html`,
    async run(lab: Lab) {
      const FunctionName = await echoOf(lab);
      const { arn: EventSourceArn } = await createQueue(lab);
      const map = (Filters: { Pattern: string }[]) =>
        lab.lambda.send(
          new CreateEventSourceMappingCommand({
            FunctionName,
            EventSourceArn,
            FilterCriteria: { Filters },
          }),
        );
      const Pattern = '{"body":["x"]}';
      await refused(map(Array(11).fill({ Pattern })), "InvalidParameterValueException");
      const long = JSON.stringify({ body: ["x".repeat(4_096)] });
      await refused(map([{ Pattern: long }]), "ValidationException");
      await refused(map([{ Pattern: "[" }]), "InvalidParameterValueException");
    },
  },
];
