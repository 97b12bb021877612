import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetFunctionUrlConfigCommand,
  InvokeCommand,
  type InvokeCommandInput,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListFunctionUrlConfigsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { claimsOf, refused } from "./claim.ts";
import type { Lab } from "./lab.ts";
import { createQueue } from "./sqs.ts";
import { createStream } from "./streams.ts";
import { zipOf } from "./zip.ts";

const guide = "https://docs.aws.amazon.com/lambda/latest/dg";
const api = "https://docs.aws.amazon.com/lambda/latest/api";

const echoFile = new URL("echo-function.mjs", import.meta.url);

const deploy = (lab: Lab, FunctionName: string, Timeout: number) =>
  new CreateFunctionCommand({
    FunctionName,
    Timeout,
    Role: lab.role,
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Code: { ZipFile: zipOf("index.mjs", readFileSync(echoFile)) },
  });

/** A function that echoes, throws or sleeps, as its event says. */
const createEcho = async (lab: Lab, Timeout = 10) => {
  const FunctionName = lab.unique("echo");
  await lab.lambda.send(deploy(lab, FunctionName, Timeout)).catch(async (error: Error) => {
    if (error.name !== "NotEmulated") throw error;
    // The local cloud takes the path of a file instead of an archive.
    const create = deploy(lab, FunctionName, Timeout);
    create.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string | Uint8Array };
        const { body } = request;
        const text = typeof body === "string" ? body : new TextDecoder().decode(body);
        const input = JSON.parse(text);
        const HandlerFile = "emulator/conformance/echo-function.mjs";
        request.body = JSON.stringify({ ...input, HandlerFile });
        return next(args);
      },
      { step: "build", priority: "high", name: "withHandlerFile" },
    );
    await lab.lambda.send(create);
  });
  lab.later(() => lab.lambda.send(new DeleteFunctionCommand({ FunctionName })));
  await lab.eventually(async () => {
    const { Configuration } = await lab.lambda.send(new GetFunctionCommand({ FunctionName }));
    return Configuration?.State === "Active";
  });
  return FunctionName;
};

const echoOf = (lab: Lab) => lab.once("echo", () => createEcho(lab));

const invoke = async (lab: Lab, event: unknown, more: Partial<InvokeCommandInput> = {}) => {
  const call = new InvokeCommand({
    FunctionName: more.FunctionName ?? (await echoOf(lab)),
    Payload: Buffer.from(JSON.stringify(event) ?? ""),
    ...more,
  });
  const { Payload, ...answer } = await lab.lambda.send(call);
  const text = Payload?.transformToString() ?? "";
  return { ...answer, text, result: text ? JSON.parse(text) : undefined };
};

/** What Lambda documents, of invocations and event source mappings. */
export const lambdaClaims = claimsOf(
  "lambda",
  [
    {
      name: "invoke",
      claim: "A synchronous invocation answers what the handler returned",
      doc: `${api}/API_Invoke.html`,
      async run(lab: Lab) {
        const { StatusCode, ExecutedVersion, result } = await invoke(lab, { animal: "parrot" });
        deepEqual([StatusCode, ExecutedVersion, result], [200, "$LATEST", { animal: "parrot" }]);
      },
    },
    {
      name: "unhandled",
      claim: "What a handler throws comes with status 200, FunctionError and the error as payload",
      doc: `${guide}/nodejs-exceptions.html`,
      async run(lab: Lab) {
        const { StatusCode, FunctionError, result } = await invoke(lab, { throw: "Refused" });
        deepEqual([StatusCode, FunctionError], [200, "Unhandled"]);
        deepEqual([result.errorType, result.errorMessage], ["Refused", "as asked"]);
      },
    },
    {
      name: "timeout",
      claim: "A function that runs longer than its timeout is stopped, and says so",
      doc: `${guide}/configuration-timeout.html`,
      async run(lab: Lab) {
        const FunctionName = await createEcho(lab, 1);
        const { FunctionError, result } = await invoke(lab, { sleep: 5000 }, { FunctionName });
        equal(FunctionError, "Unhandled");
        match(result.errorMessage, /Task timed out after 1\.00 seconds/);
      },
    },
    {
      name: "event",
      claim: "An asynchronous invocation is accepted with 202, and no payload",
      doc: `${guide}/invocation-async.html`,
      async run(lab: Lab) {
        const { StatusCode, text } = await invoke(lab, {}, { InvocationType: "Event" });
        deepEqual([StatusCode, text], [202, ""]);
      },
    },
    {
      name: "dry-run",
      claim: "A dry run checks, and answers 204",
      doc: `${api}/API_Invoke.html`,
      async run(lab: Lab) {
        equal((await invoke(lab, {}, { InvocationType: "DryRun" })).StatusCode, 204);
      },
    },
    {
      name: "payload-6mb",
      claim: "A synchronous payload has at most 6 MB",
      doc: `${guide}/gettingstarted-limits.html`,
      async run(lab: Lab) {
        const big = invoke(lab, "x".repeat(6 * 1024 * 1024));
        await refused(big, "RequestTooLargeException");
      },
    },
    {
      name: "payload-json",
      claim: "A payload that is not JSON is refused",
      doc: `${api}/API_Invoke.html`,
      async run(lab: Lab) {
        const bad = invoke(lab, undefined, { Payload: Buffer.from("{") });
        await refused(bad, "InvalidRequestContentException");
      },
    },
    {
      name: "no-function",
      claim: "A function that does not exist is named as such",
      doc: `${api}/API_Invoke.html`,
      async run(lab: Lab) {
        const none = invoke(lab, {}, { FunctionName: lab.unique("none") });
        await refused(none, "ResourceNotFoundException", /Function not found/);
      },
    },
    {
      name: "no-version",
      claim:
        "A version that was never published does not exist, by whichever parameter it is named",
      doc: `${guide}/configuration-versions.html`,
      async run(lab: Lab) {
        const FunctionName = await echoOf(lab);
        for (const more of [{ FunctionName: `${FunctionName}:5` }, { Qualifier: "5" }])
          await refused(
            invoke(lab, {}, more),
            "ResourceNotFoundException",
            new RegExp(`Function not found: arn:.*:function:${FunctionName}:5`),
          );
      },
    },
    {
      name: "latest",
      claim: "A function whose versions were never published has one, $LATEST, and no alias",
      doc: `${api}/API_ListVersionsByFunction.html`,
      async run(lab: Lab) {
        const FunctionName = await echoOf(lab);
        const list = new ListVersionsByFunctionCommand({ FunctionName });
        const { Versions = [] } = await lab.lambda.send(list);
        deepEqual(
          Versions.map(({ Version }) => Version),
          ["$LATEST"],
        );
        match(Versions[0]?.FunctionArn ?? "", /:\$LATEST$/);
        deepEqual((await lab.lambda.send(new ListAliasesCommand({ FunctionName }))).Aliases, []);
      },
    },
    {
      name: "no-url",
      claim: "A function without a URL has none to describe or to list",
      doc: `${api}/API_GetFunctionUrlConfig.html`,
      async run(lab: Lab) {
        const FunctionName = await echoOf(lab);
        const get = new GetFunctionUrlConfigCommand({ FunctionName });
        await refused(lab.lambda.send(get), "ResourceNotFoundException");
        const list = new ListFunctionUrlConfigsCommand({ FunctionName });
        deepEqual((await lab.lambda.send(list)).FunctionUrlConfigs, []);
      },
    },
    {
      name: "reserved-concurrency",
      claim: "A reserved concurrency of 0 throttles every invocation",
      doc: `${guide}/configuration-concurrency.html`,
      async run(lab: Lab) {
        const FunctionName = await createEcho(lab);
        await lab.lambda.send(
          new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
        );
        const call = new InvokeCommand({ FunctionName });
        const error = await refused(lab.lambda.send(call), "TooManyRequestsException");
        equal(error.Reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
      },
    },
    {
      name: "on-failure",
      claim: "An asynchronous invocation that keeps failing goes to the on-failure destination",
      doc: `${guide}/invocation-async-retain-records.html`,
      async run(lab: Lab) {
        const FunctionName = await createEcho(lab);
        const queue = await createQueue(lab);
        await lab.lambda.send(
          new PutFunctionEventInvokeConfigCommand({
            FunctionName,
            MaximumRetryAttempts: 0,
            DestinationConfig: { OnFailure: { Destination: queue.arn } },
          }),
        );
        await invoke(lab, { throw: "Refused" }, { FunctionName, InvocationType: "Event" });
        const body = await lab.eventually(async () => (await queue.receive())[0]?.Body, 30);
        const { requestContext, requestPayload, responsePayload } = JSON.parse(body);
        deepEqual(
          [requestContext.condition, requestPayload, responsePayload.errorType],
          ["RetriesExhausted", { throw: "Refused" }, "Refused"],
        );
      },
    },
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
      name: "list-pages",
      claim: "ListFunctions answers as many as MaxItems says, and a marker for those that follow",
      doc: `${api}/API_ListFunctions.html`,
      async run(lab: Lab) {
        const names = [await echoOf(lab), await createEcho(lab)];
        const found = new Set<string | undefined>();
        let Marker: string | undefined;
        do {
          const page = await lab.lambda.send(new ListFunctionsCommand({ MaxItems: 1, Marker }));
          equal(page.Functions?.length, 1);
          found.add(page.Functions?.[0]?.FunctionName);
          Marker = page.NextMarker;
        } while (Marker);
        for (const name of names) equal(found.has(name), true);
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
      name: "zip",
      claim: "A function's code is an archive",
      doc: `${api}/API_CreateFunction.html`,
      locally: "CreateFunction takes `HandlerFile`, the path of a file in this repository.",
      async run(lab: Lab) {
        const FunctionName = lab.unique("zip");
        await lab.lambda.send(deploy(lab, FunctionName, 3));
        lab.later(() => lab.lambda.send(new DeleteFunctionCommand({ FunctionName })));
      },
    },
    {
      name: "log-tail",
      claim: "LogType Tail answers the end of the log",
      doc: `${api}/API_Invoke.html`,
      locally: "Refused by name; `npm start -- --logs` shows what functions log.",
      async run(lab: Lab) {
        ok((await invoke(lab, {}, { LogType: "Tail" })).LogResult);
      },
    },
    {
      name: "versions",
      claim: "PublishVersion keeps a version of code and configuration",
      doc: `${guide}/configuration-versions.html`,
      locally: "To make a version or an alias is refused by name: there is $LATEST alone.",
      async run(lab: Lab) {
        const FunctionName = await echoOf(lab);
        equal((await lab.lambda.send(new PublishVersionCommand({ FunctionName }))).Version, "1");
      },
    },
  ].map((claim) => ({ ...claim, needsRole: true as const })),
);
