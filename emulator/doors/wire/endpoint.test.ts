import { DynamoDBClient, GetItemCommand, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient, ListStreamsCommand } from "@aws-sdk/client-dynamodb-streams";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { SendTaskSuccessCommand, SFNClient } from "@aws-sdk/client-sfn";
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud } from "../../kernel/cloud.ts";
import { AwsError, administrator, type Call, type Engine } from "../../kernel/engine.ts";
import { stsEngine } from "../../services/sts/engine.ts";
import { createKeyRing } from "./credentials.ts";
import { awsEndpoint } from "./endpoint.ts";
import { type LoopbackServer, listenOnLoopback } from "./server.ts";
import { signed } from "./testing/signed.ts";

const calls: Call[] = [];
const answers: Record<string, unknown> = {};

/** Stands for every engine: answers what the test put into `answers`. */
const scripted = (service: string, operations: string[]) => (): Engine => ({
  service,
  operations: Object.fromEntries(
    operations.map((operation) => [
      operation,
      () => {
        const answer = answers[operation];
        if (answer instanceof Error) throw answer;
        return answer;
      },
    ]),
  ),
});

const clock = virtualClock();
const cloud = createCloud(clock, [
  scripted("dynamodb", ["ListTables", "GetItem"]),
  scripted("streams", ["ListStreams"]),
  scripted("events", ["PutEvents"]),
  scripted("lambda", ["Invoke", "ListFunctions", "CreateEventSourceMapping"]),
  scripted("scheduler", ["GetSchedule"]),
  scripted("ses", ["SendEmail"]),
  scripted("states", ["SendTaskSuccess"]),
  scripted("sqs", ["SendMessage", "GetQueueUrl"]),
  stsEngine,
]);
cloud.guard((call, next) => {
  calls.push(call);
  return next(call);
});
const keys = createKeyRing(clock);
const credentials = keys.issue(administrator);
let server: LoopbackServer;
const options = () => ({
  endpoint: server.url,
  region: "us-east-1",
  credentials,
  maxAttempts: 1,
});
const lastCall = () => calls.at(-1);

beforeAll(async () => {
  server = await listenOnLoopback(0);
  server.serve(awsEndpoint(cloud, keys));
});
afterAll(() => server.stop());

describe("the SDK's clients reach the engines", () => {
  test("DynamoDB, with its checksum", async () => {
    answers.ListTables = { TableNames: ["Things"] };
    const client = new DynamoDBClient(options());
    expect((await client.send(new ListTablesCommand({ Limit: 3 }))).TableNames).toEqual(["Things"]);
    expect(lastCall()).toEqual({
      caller: administrator,
      service: "dynamodb",
      operation: "ListTables",
      input: { Limit: 3 },
    });
  });

  test("DynamoDB Streams", async () => {
    answers.ListStreams = { Streams: [] };
    await new DynamoDBStreamsClient(options()).send(new ListStreamsCommand({}));
    expect(lastCall()).toMatchObject({ service: "streams", operation: "ListStreams" });
  });

  test("SQS at the address of the queue URL", async () => {
    const url = `${server.url}/123456789012/Prices`;
    answers.SendMessage = {
      MessageId: "m1",
      MD5OfMessageBody: "5d41402abc4b2a76b9719d911017c592",
    };
    const sent = await new SQSClient(options()).send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: "hello" }),
    );
    expect(sent.MessageId).toBe("m1");
    expect(lastCall()?.input).toEqual({ QueueUrl: url, MessageBody: "hello" });
  });

  test("EventBridge with its dates as epoch seconds", async () => {
    answers.PutEvents = { FailedEntryCount: 0, Entries: [{ EventId: "e1" }] };
    const put = new PutEventsCommand({
      Entries: [{ Source: "s", DetailType: "d", Detail: "{}", Time: new Date(2000) }],
    });
    expect((await new EventBridgeClient(options()).send(put)).Entries).toEqual([{ EventId: "e1" }]);
    expect(lastCall()?.input.Entries[0].Time).toBe(2);
  });

  test("Step Functions", async () => {
    answers.SendTaskSuccess = {};
    await new SFNClient(options()).send(
      new SendTaskSuccessCommand({ taskToken: "t", output: "{}" }),
    );
    expect(lastCall()?.input).toEqual({ taskToken: "t", output: "{}" });
  });

  test("a Lambda invocation with payload, type and function error in their places", async () => {
    answers.Invoke = {
      StatusCode: 200,
      FunctionError: "Unhandled",
      Payload: Buffer.from('{"errorType":"Refused"}').toString("base64"),
    };
    const answer = await new LambdaClient(options()).send(
      new InvokeCommand({
        FunctionName: "arn:aws:lambda:us-east-1:123456789012:function:F",
        InvocationType: "RequestResponse",
        Payload: Buffer.from("{}"),
      }),
    );
    expect(lastCall()?.input).toEqual({
      FunctionName: "arn:aws:lambda:us-east-1:123456789012:function:F",
      InvocationType: "RequestResponse",
      Payload: Buffer.from("{}").toString("base64"),
    });
    expect(answer.FunctionError).toBe("Unhandled");
    expect(answer.Payload?.transformToString()).toBe('{"errorType":"Refused"}');
  });

  test("an event invocation is answered with 202 and no payload", async () => {
    answers.Invoke = { StatusCode: 202 };
    const answer = await new LambdaClient(options()).send(
      new InvokeCommand({ FunctionName: "F", InvocationType: "Event", Payload: Buffer.from("1") }),
    );
    expect(answer.StatusCode).toBe(202);
  });

  test("Lambda's lists and event source mappings", async () => {
    answers.ListFunctions = { Functions: [{ FunctionName: "F" }] };
    answers.CreateEventSourceMapping = { UUID: "u" };
    const client = new LambdaClient(options());
    const list = await client.send(new ListFunctionsCommand({ MaxItems: 5 }));
    expect(list.Functions?.[0]?.FunctionName).toBe("F");
    expect(lastCall()?.input).toEqual({ MaxItems: 5 });
    const mapping = new CreateEventSourceMappingCommand({ FunctionName: "F", BatchSize: 7 });
    expect((await client.send(mapping)).UUID).toBe("u");
    expect(lastCall()?.input).toEqual({ FunctionName: "F", BatchSize: 7 });
  });

  test("Scheduler and SES by their paths", async () => {
    answers.GetSchedule = { Name: "Sweep", ScheduleExpression: "rate(1 minute)" };
    const got = await new SchedulerClient(options()).send(
      new GetScheduleCommand({ Name: "Sweep", GroupName: "default" }),
    );
    expect(got.ScheduleExpression).toBe("rate(1 minute)");
    expect(lastCall()?.input).toEqual({ Name: "Sweep", GroupName: "default" });
    answers.SendEmail = { MessageId: "m" };
    await new SESv2Client(options()).send(
      new SendEmailCommand({ FromEmailAddress: "a@example.com", Content: {} }),
    );
    expect(lastCall()?.input).toEqual({ FromEmailAddress: "a@example.com", Content: {} });
  });

  test("STS says whose key it is", async () => {
    const { body, headers } = signed(
      {
        headers: {
          host: new URL(server.url).host,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: "Action=GetCallerIdentity&Version=2011-06-15",
      },
      { ...credentials, service: "sts" },
    );
    const response = await fetch(server.url, { method: "POST", headers, body: String(body) });
    expect(await response.text()).toContain("<Arn>arn:aws:iam::123456789012:root</Arn>");
  });
});

describe("errors arrive as AWS's", () => {
  const failing = (send: Promise<unknown>) => send.then(() => undefined).catch((error) => error);

  test("an engine's error keeps its name, message, fields and status", async () => {
    answers.GetItem = new AwsError("ConditionalCheckFailedException", "no", 400, {
      Item: { pk: { S: "x" } },
    });
    const get = new GetItemCommand({ TableName: "Things", Key: { pk: { S: "x" } } });
    const error = await failing(new DynamoDBClient(options()).send(get));
    expect(error).toMatchObject({
      name: "ConditionalCheckFailedException",
      message: "no",
      Item: { pk: { S: "x" } },
      $metadata: { httpStatusCode: 400 },
    });
    expect(error.$metadata.requestId).toMatch(/^[\da-f-]{36}$/);
  });

  test("SQS answers with the modern name", async () => {
    answers.GetQueueUrl = new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
    const error = await failing(
      new SQSClient(options()).send(new GetQueueUrlCommand({ QueueName: "no" })),
    );
    expect(error.name).toBe("QueueDoesNotExist");
  });

  test("a REST error has its type in the header", async () => {
    answers.Invoke = new AwsError("ResourceNotFoundException", "Function not found: F", 404);
    const error = await failing(
      new LambdaClient(options()).send(new InvokeCommand({ FunctionName: "F" })),
    );
    expect(error).toMatchObject({
      name: "ResourceNotFoundException",
      message: "Function not found: F",
    });
  });

  test("a key that nobody holds is refused in the words of each service", async () => {
    const stranger = { ...options(), credentials: { accessKeyId: "AKIA", secretAccessKey: "s" } };
    const before = calls.length;
    const refused = [
      await failing(new DynamoDBClient(stranger).send(new ListTablesCommand({}))),
      await failing(new EventBridgeClient(stranger).send(new PutEventsCommand({ Entries: [] }))),
    ];
    for (const error of refused) expect(error.name).toBe("UnrecognizedClientException");
    const sqs = await failing(
      new SQSClient(stranger).send(new GetQueueUrlCommand({ QueueName: "q" })),
    );
    expect(sqs.name).toBe("InvalidClientTokenId");
    expect(calls.length).toBe(before);
  });

  test.each([
    [
      "an operation that no engine has",
      { headers: { "x-amz-target": "DynamoDB_20120810.CreateBackup" } },
      501,
      "CreateBackup of dynamodb",
    ],
    [
      "a service that is not here",
      { headers: { "x-amz-target": "TrentService.Decrypt" } },
      404,
      "Decrypt of TrentService",
    ],
    ["a path of another service", { path: "/my-bucket/key", headers: {} }, 404, "/my-bucket/key"],
    [
      "an operation with a name of Object's",
      { headers: { "x-amz-target": "DynamoDB_20120810.constructor" } },
      400,
      "com.amazon.coral.service#UnknownOperationException",
    ],
    [
      "malformed JSON",
      { headers: { "x-amz-target": "DynamoDB_20120810.GetItem" }, body: "{" },
      400,
      "SerializationException",
    ],
  ] as const)("%s is refused by name", async (_title, request, status, words) => {
    const { path = "/", body = "{}", headers } = { path: undefined, body: undefined, ...request };
    const response = await awsEndpoint(
      cloud,
      keys,
    )(signed({ path, headers, body }, { ...credentials, service: "dynamodb" }));
    expect(response.status).toBe(status);
    const answer = `${response.headers["x-amzn-errortype"]} ${response.body}`;
    expect(answer).toContain(words);
    expect(answer).not.toContain(".ts:");
  });

  test("a defect of an engine is one sentence, not a stack", async () => {
    answers.ListTables = new TypeError("x is undefined");
    const notes: string[] = [];
    const stop = cloud.observe((fact) => notes.push(fact.kind));
    const error = await failing(new DynamoDBClient(options()).send(new ListTablesCommand({})));
    stop();
    expect(error).toMatchObject({
      name: "InternalFailure",
      message: "x is undefined",
      $metadata: { httpStatusCode: 500 },
    });
    expect(notes).toEqual(["defect"]);
  });
});

test("whatever arrives, an answer goes back, and nothing breaks", async () => {
  const handle = awsEndpoint(cloud, keys);
  const text = fc.string({ unit: "grapheme", maxLength: 30 });
  const request = fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"),
    path: fc.oneof(
      fc.constantFrom("/", "/2015-03-31/functions/%E0%A4%A/invocations", "/schedules/%"),
      fc.webPath(),
      text.map((rest) => `/${rest}`),
    ),
    query: fc.oneof(fc.webQueryParameters(), text),
    headers: fc.record(
      {
        authorization: fc.oneof(
          text,
          text.map((rest) => `AWS4-HMAC-SHA256 ${rest}`),
        ),
        "content-type": fc.constantFrom("application/json", "application/x-www-form-urlencoded"),
        "x-amz-target": fc.oneof(
          text,
          text.map((name) => `DynamoDB_20120810.${name}`),
          fc.constantFrom("__proto__.x", ".", "AmazonSQS.__proto__"),
        ),
      },
      { requiredKeys: [] },
    ),
    body: fc.oneof(
      fc.uint8Array(),
      fc.json().map((json) => Buffer.from(json)),
    ),
  });
  await fc.assert(
    fc.asyncProperty(request, fc.boolean(), async ({ headers, ...rest }, mine) => {
      const raw = { ...rest, headers: { ...headers } as Record<string, string> };
      const response = await handle(
        mine ? signed(raw, { ...credentials, service: "dynamodb" }) : raw,
      );
      expect(response.headers["x-amzn-requestid"]).toBeTruthy();
      expect([200, 400, 403, 404, 501]).toContain(response.status);
    }),
    { numRuns: 500 },
  );
});
