import { once } from "node:events";
import { connect } from "node:net";
import {
  CreateTableCommand,
  DeleteTableCommand,
  GetItemCommand,
  PutItemCommand,
  paginateListTables,
  paginateQuery,
  paginateScan,
  ScanCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from "@aws-sdk/client-dynamodb-streams";
import {
  DescribeArchiveCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  ListReplaysCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import {
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetFunctionUrlConfigCommand,
  InvokeCommand,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  paginateListEventSourceMappings,
  paginateListFunctions,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateScheduleCommand,
  GetScheduleCommand,
  paginateListSchedules,
} from "@aws-sdk/client-scheduler";
import { ListEmailIdentitiesCommand, SendEmailCommand } from "@aws-sdk/client-sesv2";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  paginateListQueues,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { signed } from "emulator/doors/wire/testing/signed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OutsideShop, openOutsideShop } from "./outside-shop.ts";

let shop: OutsideShop;
beforeAll(async () => {
  shop = await openOutsideShop();
});
afterAll(() => shop?.stop());

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:123456789012:${rest}`;
const role = "arn:aws:iam::123456789012:role/administrator";
const EventBusName = "petstore-local-BusBus";

/** What pages hold, one array a page. */
const pagesOf = async <Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => Item[] | undefined,
) => {
  const held: Item[][] = [];
  for await (const page of pages) held.push(items(page) ?? []);
  return held;
};

/** A new queue, into which EventBridge may send, with short ways to it. */
const openQueue = async (QueueName: string) => {
  const { QueueUrl = "" } = await shop.sqs.send(new CreateQueueCommand({ QueueName }));
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: arn("sqs", QueueName),
      },
    ],
  });
  await shop.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  return {
    QueueUrl,
    arn: arn("sqs", QueueName),
    /** Receives the next message, and deletes it. */
    next: () =>
      shop.eventually(async () => {
        const { Messages: [message] = [] } = await shop.sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            WaitTimeSeconds: 5,
            MessageAttributeNames: ["All"],
          }),
        );
        if (!message) return undefined;
        const { ReceiptHandle } = message;
        await shop.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        return message;
      }),
  };
};
const waiting = async (QueueName: string) => {
  const { QueueUrl } = await shop.sqs.send(new GetQueueUrlCommand({ QueueName }));
  const { Attributes } = await shop.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
};

describe("who comes with AWS's own clients", () => {
  test("hears whose key it is", async () => {
    const { Account, Arn } = await shop.sts.send(new GetCallerIdentityCommand({}));
    expect([Account, Arn]).toEqual(["123456789012", "arn:aws:iam::123456789012:root"]);
  });

  test("listens in on the bus with a rule and a queue of their own, and hears it again from the archive", async () => {
    const queue = await openQueue("learner-placed");
    const EventPattern = JSON.stringify({ "detail-type": [{ prefix: "orders.OrderPlaced" }] });
    const rule = { Name: "learner-placed", EventBusName };
    await shop.events.send(new PutRuleCommand({ ...rule, EventPattern }));
    const Targets = [{ Id: "queue", Arn: queue.arn }];
    const put = { Rule: rule.Name, EventBusName, Targets };
    expect((await shop.events.send(new PutTargetsCommand(put))).FailedEntryCount).toBe(0);
    const orderId = await shop.place();
    const event = JSON.parse((await queue.next()).Body ?? "");
    expect(event).toMatchObject({ source: "petstore.orders", detail: { data: { orderId } } });
    const test = new TestEventPatternCommand({ EventPattern, Event: JSON.stringify(event) });
    expect((await shop.events.send(test)).Result).toBe(true);

    const described = await shop.events.send(new DescribeRuleCommand(rule));
    expect(described).toMatchObject({ EventPattern, State: "ENABLED" });
    const targets = await shop.events.send(new ListTargetsByRuleCommand(put));
    expect(targets.Targets).toEqual(Targets);

    const archive = new DescribeArchiveCommand({ ArchiveName: "petstore-local-Archive" });
    expect((await shop.events.send(archive)).EventCount).toBeGreaterThan(0);
    const ReplayName = "learner-replay";
    await shop.events.send(
      new StartReplayCommand({
        ReplayName,
        EventSourceArn: arn("events", "archive/petstore-local-Archive"),
        EventStartTime: new Date(Date.now() - 3_600_000),
        EventEndTime: new Date(),
        Destination: {
          Arn: arn("events", `event-bus/${EventBusName}`),
          FilterArns: [described.Arn ?? ""],
        },
      }),
    );
    expect(JSON.parse((await queue.next()).Body ?? "")).toMatchObject({
      id: event.id,
      "replay-name": ReplayName,
    });
    await shop.eventually(
      async () =>
        (await shop.events.send(new DescribeReplayCommand({ ReplayName }))).State === "COMPLETED",
    );
    const { Replays = [] } = await shop.events.send(new ListReplaysCommand({}));
    expect(Replays.map((replay) => replay.ReplayName)).toEqual([ReplayName]);
  });

  test("writes into a table of their own with a state machine of their own, and reads what it did", async () => {
    const TableName = "learner-toys";
    await shop.dynamodb.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    await waitUntilTableExists({ client: shop.dynamodb, maxWaitTime: 30 }, { TableName });
    const queue = await openQueue("learner-questions");
    const definition = JSON.stringify({
      QueryLanguage: "JSONata",
      StartAt: "Write",
      States: {
        Write: {
          Type: "Task",
          Resource: "arn:aws:states:::dynamodb:putItem",
          Arguments: { TableName, Item: { id: { S: "{% $states.input.id %}" } } },
          Next: "Ask",
        },
        Ask: {
          Type: "Task",
          Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
          Arguments: {
            QueueUrl: queue.QueueUrl,
            MessageBody: { token: "{% $states.context.Task.Token %}" },
          },
          End: true,
        },
      },
    });
    const machine = await shop.sfn.send(
      new CreateStateMachineCommand({ name: "learner-toys", definition, roleArn: role }),
    );
    const { stateMachineArn } = machine;
    const start = async (id: string) => {
      const started = await shop.sfn.send(
        new StartExecutionCommand({ stateMachineArn, name: id, input: JSON.stringify({ id }) }),
      );
      const { token } = JSON.parse((await queue.next()).Body ?? "");
      return { executionArn: started.executionArn, taskToken: token as string };
    };
    const inStatus = (executionArn: string | undefined, status: string) =>
      shop.eventually(async () => {
        const seen = await shop.sfn.send(new DescribeExecutionCommand({ executionArn }));
        return seen.status === status && seen;
      });

    const { executionArn, taskToken } = await start("ball");
    await shop.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"bounces":true}' }));
    expect((await inStatus(executionArn, "SUCCEEDED")).output).toBe('{"bounces":true}');
    const { Item } = await shop.dynamodb.send(
      new GetItemCommand({ TableName, Key: { id: { S: "ball" } } }),
    );
    expect(Item).toEqual({ id: { S: "ball" } });

    const pages = paginateGetExecutionHistory({ client: shop.sfn, pageSize: 3 }, { executionArn });
    const types = await pagesOf(pages, ({ events }) => events?.map(({ type }) => type));
    expect(types).toEqual([
      ["ExecutionStarted", "TaskStateEntered", "TaskScheduled"],
      ["TaskStarted", "TaskSucceeded", "TaskStateExited"],
      ["TaskStateEntered", "TaskScheduled", "TaskStarted"],
      ["TaskSubmitted", "TaskSucceeded", "TaskStateExited"],
      ["ExecutionSucceeded"],
    ]);

    const failing = await start("vase");
    await shop.sfn.send(
      new SendTaskFailureCommand({ taskToken: failing.taskToken, error: "Broke" }),
    );
    expect((await inStatus(failing.executionArn, "FAILED")).error).toBe("Broke");
    await shop.sfn.send(new RedriveExecutionCommand({ executionArn: failing.executionArn }));
    await queue.next();
    expect((await inStatus(failing.executionArn, "RUNNING")).redriveCount).toBe(1);
    const stop = { executionArn: failing.executionArn, error: "Enough", cause: "of it" };
    await shop.sfn.send(new StopExecutionCommand(stop));
    expect(await inStatus(failing.executionArn, "ABORTED")).toMatchObject({
      error: "Enough",
      cause: "of it",
    });
    const all = paginateListExecutions({ client: shop.sfn, pageSize: 1 }, { stateMachineArn });
    const names = await pagesOf(all, ({ executions }) => executions?.map(({ name }) => name));
    expect(names).toEqual([["vase"], ["ball"]]);
  });

  test("pauses the order views, sees them lag, and lets them go on", async () => {
    const { EventSourceMappings: [mapping] = [] } = await shop.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: "petstore-local-ProjectOrdersFunction" }),
    );
    const turn = async (Enabled: boolean) => {
      const update = { UUID: mapping?.UUID, Enabled };
      return (await shop.lambda.send(new UpdateEventSourceMappingCommand(update))).State;
    };
    expect(await turn(false)).toBe("Disabled");
    const orderId = await shop.place();
    await shop.eventually(async () => (await waiting("petstore-local-OrderViewsQueueQueue")) > 2);
    const listed = async () => JSON.stringify((await shop.api("GET", "/orders")).body);
    expect(await listed()).not.toContain(orderId);
    expect(await turn(true)).toBe("Enabled");
    await shop.eventually(async () => (await listed()).includes(orderId));
    await shop.until(orderId, "CONFIRMED");
    const get = new GetEventSourceMappingCommand({ UUID: mapping?.UUID });
    expect((await shop.lambda.send(get)).LastProcessingResult).toBe("OK");
  });

  test("finds what nobody understood among the dead letters, and moves it where they want it", async () => {
    const dead = "petstore-local-OrderViewsQueueDlqQueue";
    const Detail = JSON.stringify({ nobody: "understands this" });
    const Entries = [
      { EventBusName, Source: "petstore.orders", DetailType: "orders.OrderConfirmed.v1", Detail },
    ];
    await shop.events.send(new PutEventsCommand({ Entries }));
    await shop.eventually(async () => (await waiting(dead)) === 1);
    const queue = await openQueue("learner-dead-letters");
    const SourceArn = arn("sqs", dead);
    await shop.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn: queue.arn }));
    const { Body = "", MessageAttributes } = await queue.next();
    expect(JSON.parse(Body).detail).toEqual({ nobody: "understands this" });
    expect(MessageAttributes?.reason?.StringValue).toBeTruthy();
    const { Results: [task] = [] } = await shop.sqs.send(
      new ListMessageMoveTasksCommand({ SourceArn }),
    );
    expect(task).toMatchObject({ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 1 });

    // Without a destination it goes back to where it died, and dies again.
    await shop.sqs.send(
      new SendMessageCommand({
        QueueUrl: queue.QueueUrl.replace(
          "learner-dead-letters",
          "petstore-local-OrderViewsQueueQueue",
        ),
        MessageBody: Body,
      }),
    );
    await shop.eventually(async () => (await waiting(dead)) === 1);
    await shop.sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
    await shop.eventually(async () => (await waiting(dead)) === 1);
  });

  test("reads the shop's tables, streams, functions and schedules, and invokes", async () => {
    const orderId = await shop.place();
    const scan = new ScanCommand({ TableName: "petstore-local-OrdersTableTable" });
    expect(JSON.stringify((await shop.dynamodb.send(scan)).Items)).toContain(orderId);

    const { Streams: [stream] = [] } = await shop.streams.send(
      new ListStreamsCommand({ TableName: "petstore-local-OrdersOutboxTable" }),
    );
    const StreamArn = stream?.StreamArn;
    const { StreamDescription } = await shop.streams.send(new DescribeStreamCommand({ StreamArn }));
    const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
    let { ShardIterator } = await shop.streams.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
    );
    await shop.eventually(async () => {
      const { Records = [], NextShardIterator } = await shop.streams.send(
        new GetRecordsCommand({ ShardIterator }),
      );
      ShardIterator = NextShardIterator;
      return JSON.stringify(Records).includes(orderId);
    });

    const FunctionName = "petstore-local-FindOrderFunction";
    const { Configuration } = await shop.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(Configuration).toMatchObject({ State: "Active", Timeout: 10 });
    const invoke = (more: object) =>
      shop.lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from("{}"), ...more }));
    expect(await invoke({})).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(await invoke({ InvocationType: "Event" })).toMatchObject({ StatusCode: 202 });
    expect(await invoke({ InvocationType: "DryRun" })).toMatchObject({ StatusCode: 204 });
    const { EmailIdentities } = await shop.ses.send(new ListEmailIdentitiesCommand({}));
    expect(EmailIdentities?.[0]?.IdentityName).toBe("shop@petstore.example");
  });

  test("finds the address of the payment provider, and what it is tagged with", async () => {
    const FunctionName = "petstore-local-ProviderApiFunction";
    const url = await shop.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }));
    expect(url).toMatchObject({ FunctionArn: arn("lambda", `function:${FunctionName}`) });
    expect((await fetch(`${url.FunctionUrl}v1/payments/none`)).status).toBe(401);
    const Resource = url.FunctionArn;
    const { Tags } = await shop.lambda.send(new ListTagsCommand({ Resource }));
    expect(Tags).toEqual({ context: "payment-provider" });
  });

  test("is called by a schedule of their own", async () => {
    const queue = await openQueue("learner-alarm");
    const at = new Date(Date.now() + 1_500).toISOString().slice(0, 19);
    const Name = "learner-alarm";
    const Target = { Arn: queue.arn, RoleArn: role, Input: '{"wake":"up"}' };
    await shop.scheduler.send(
      new CreateScheduleCommand({
        Name,
        ScheduleExpression: `at(${at})`,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target,
      }),
    );
    const { Target: described } = await shop.scheduler.send(new GetScheduleCommand({ Name }));
    expect(described).toMatchObject(Target);
    expect((await queue.next()).Body).toBe('{"wake":"up"}');
  });
});

describe("what comes in pages comes whole, and once", () => {
  const cases: Record<string, (pageSize?: number) => Promise<unknown[][]>> = {
    ListTables: (pageSize) =>
      pagesOf(paginateListTables({ client: shop.dynamodb, pageSize }, {}), (p) => p.TableNames),
    Scan: (pageSize) =>
      pagesOf(
        paginateScan(
          { client: shop.dynamodb, pageSize },
          { TableName: "petstore-local-InventoryTableTable" },
        ),
        (p) => p.Items,
      ),
    Query: (pageSize) =>
      pagesOf(
        paginateQuery(
          { client: shop.dynamodb, pageSize },
          {
            TableName: "outside-pages",
            KeyConditionExpression: "pk = :pk",
            ExpressionAttributeValues: { ":pk": { S: "all" } },
          },
        ),
        (p) => p.Items,
      ),
    ListQueues: (pageSize = 1000) =>
      pagesOf(paginateListQueues({ client: shop.sqs, pageSize }, {}), (p) => p.QueueUrls),
    ListFunctions: (pageSize) =>
      pagesOf(paginateListFunctions({ client: shop.lambda, pageSize }, {}), (p) =>
        p.Functions?.map(({ FunctionName }) => FunctionName),
      ),
    ListEventSourceMappings: (pageSize) =>
      pagesOf(paginateListEventSourceMappings({ client: shop.lambda, pageSize }, {}), (p) =>
        p.EventSourceMappings?.map(({ UUID }) => UUID),
      ),
    ListSchedules: (pageSize) =>
      pagesOf(paginateListSchedules({ client: shop.scheduler, pageSize }, {}), (p) =>
        p.Schedules?.map(({ Name }) => Name),
      ),
    ListRules: async (Limit) => {
      const pages: unknown[][] = [];
      let NextToken: string | undefined;
      do {
        const list = new ListRulesCommand({ EventBusName, Limit, NextToken });
        const page = await shop.events.send(list);
        pages.push(page.Rules?.map(({ Name }) => Name) ?? []);
        NextToken = page.NextToken;
      } while (NextToken);
      return pages;
    },
  };

  beforeAll(async () => {
    const TableName = "outside-pages";
    const names = ["pk", "sk"];
    await shop.dynamodb.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    for (const sk of "abcdefg") {
      const Item = { pk: { S: "all" }, sk: { S: sk } };
      await shop.dynamodb.send(new PutItemCommand({ TableName, Item }));
    }
  });
  afterAll(() => shop.dynamodb.send(new DeleteTableCommand({ TableName: "outside-pages" })));

  test.each(Object.keys(cases))("%s", async (name) => {
    const list = cases[name] as (pageSize?: number) => Promise<unknown[][]>;
    const all = (await list()).flat();
    const pages = await list(2);
    expect(pages.flat()).toEqual(all);
    expect(pages.length).toBeGreaterThanOrEqual(Math.ceil(all.length / 2));
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(2);
  });
});

describe("what does not exist is named as AWS names it", () => {
  const nowhere = arn("states", "stateMachine:Nowhere");
  const cases: [string, () => Promise<unknown>, number, string, RegExp][] = [
    [
      "a table",
      () =>
        shop.dynamodb.send(new GetItemCommand({ TableName: "Nowhere", Key: { id: { S: "x" } } })),
      400,
      "ResourceNotFoundException",
      /^Requested resource not found$/,
    ],
    [
      "a stream",
      () =>
        shop.streams.send(
          new DescribeStreamCommand({
            StreamArn: arn("dynamodb", "table/Nowhere/stream/2026-01-01T00:00:00.000"),
          }),
        ),
      400,
      "ResourceNotFoundException",
      /^Requested resource not found: Stream: .* not found$/,
    ],
    [
      "a queue",
      () => shop.sqs.send(new GetQueueUrlCommand({ QueueName: "Nowhere" })),
      400,
      "QueueDoesNotExist",
      /^The specified queue does not exist/,
    ],
    [
      "a rule",
      () => shop.events.send(new DescribeRuleCommand({ Name: "Nowhere", EventBusName })),
      400,
      "ResourceNotFoundException",
      /^Rule Nowhere does not exist on EventBus petstore-local-BusBus\.$/,
    ],
    [
      "a machine",
      () => shop.sfn.send(new DescribeStateMachineCommand({ stateMachineArn: nowhere })),
      400,
      "StateMachineDoesNotExist",
      /^State Machine Does Not Exist: '.*Nowhere'$/,
    ],
    [
      "an execution",
      () =>
        shop.sfn.send(
          new DescribeExecutionCommand({ executionArn: arn("states", "execution:Nowhere:x") }),
        ),
      400,
      "ExecutionDoesNotExist",
      /^Execution Does Not Exist: '.*Nowhere:x'$/,
    ],
    [
      "a function",
      () => shop.lambda.send(new InvokeCommand({ FunctionName: "Nowhere" })),
      404,
      "ResourceNotFoundException",
      /^Function not found: arn:aws:lambda:us-east-1:123456789012:function:Nowhere$/,
    ],
    [
      "a schedule",
      () => shop.scheduler.send(new GetScheduleCommand({ Name: "Nowhere" })),
      404,
      "ResourceNotFoundException",
      /^Schedule Nowhere does not exist\.$/,
    ],
    [
      "a sender",
      () =>
        shop.ses.send(
          new SendEmailCommand({
            FromEmailAddress: "nobody@nowhere.example",
            Destination: { ToAddresses: ["alice@example.com"] },
            Content: { Simple: { Subject: { Data: "Hi" }, Body: { Text: { Data: "Ho" } } } },
          }),
        ),
      400,
      "MessageRejected",
      /^Email address is not verified\. .*nobody@nowhere\.example$/,
    ],
  ];
  test.each(cases)("%s", async (_what, send, status, name, message) => {
    await expect(send()).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: status },
    });
  });
});

describe("what is no request of AWS's is refused, in each protocol, at once and without a stack", () => {
  const json = (target: string) => ({
    "x-amz-target": target,
    "content-type": "application/x-amz-json-1.0",
  });
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const invocations = "/2015-03-31/functions/petstore-local-FindOrderFunction";
  type Raw = { method?: string; path?: string; headers?: Record<string, string>; body?: string };
  const cases: [string, string, Raw, number, string][] = [
    [
      "dynamodb",
      "bad JSON",
      { headers: json("DynamoDB_20120810.GetItem"), body: "{" },
      400,
      "SerializationException",
    ],
    [
      "dynamodb",
      "an array",
      { headers: json("DynamoDB_20120810.GetItem"), body: "[]" },
      400,
      "SerializationException",
    ],
    [
      "dynamodb",
      "nothing at all",
      { headers: json("DynamoDB_20120810.GetItem") },
      400,
      "ValidationException",
    ],
    [
      "dynamodb",
      "another type",
      { headers: json("DynamoDB_20120810.GetItem"), body: '{"TableName":1}' },
      400,
      "SerializationException",
    ],
    [
      "dynamodb",
      "no target",
      { headers: { "content-type": "application/x-amz-json-1.0" }, body: "{}" },
      404,
      "UnknownOperationException",
    ],
    [
      "dynamodb",
      "an unknown operation",
      { headers: json("DynamoDB_20120810.Nonsense"), body: "{}" },
      400,
      "UnknownOperationException",
    ],
    [
      "dynamodb",
      "an unknown service",
      { headers: json("Nonsense.GetItem"), body: "{}" },
      404,
      "UnknownOperationException",
    ],
    [
      "streams",
      "bad JSON",
      { headers: json("DynamoDBStreams_20120810.GetRecords"), body: "nonsense" },
      400,
      "SerializationException",
    ],
    [
      "sqs",
      "bad JSON",
      { headers: json("AmazonSQS.SendMessage"), body: '{"' },
      400,
      "SerializationException",
    ],
    [
      "sqs",
      "a number for a URL",
      { headers: json("AmazonSQS.SendMessage"), body: '{"QueueUrl":1}' },
      400,
      "SerializationException",
    ],
    [
      "sqs",
      "text for a list",
      {
        headers: json("AmazonSQS.SendMessageBatch"),
        body: '{"QueueUrl":"http://127.0.0.1/1/x","Entries":"x"}',
      },
      400,
      "SerializationException",
    ],
    [
      "events",
      "a bus that is null",
      { headers: json("AWSEvents.ListRules"), body: '{"EventBusName":null}' },
      200,
      "Rules",
    ],
    [
      "events",
      "an entry that is none",
      { headers: json("AWSEvents.PutEvents"), body: '{"Entries":[1]}' },
      400,
      "SerializationException",
    ],
    [
      "scheduler",
      "a number for a target",
      { path: "/schedules/x", body: '{"Target":1}' },
      400,
      "SerializationException",
    ],
    [
      "sqs",
      "no queue",
      { headers: json("AmazonSQS.SendMessage"), body: "{}" },
      400,
      "MissingParameter",
    ],
    [
      "sqs",
      "a form without an action",
      { headers: form, body: "Version=2012-11-05" },
      400,
      "MissingAction",
    ],
    [
      "sqs",
      "a form with an unknown action",
      { headers: form, body: "Action=Nonsense" },
      400,
      "InvalidAction",
    ],
    [
      "events",
      "bad JSON",
      { headers: json("AWSEvents.PutEvents"), body: "" + "{]" },
      400,
      "SerializationException",
    ],
    [
      "events",
      "no entries",
      { headers: json("AWSEvents.PutEvents"), body: "{}" },
      400,
      "ValidationException",
    ],
    [
      "states",
      "bad JSON",
      { headers: json("AWSStepFunctions.StartExecution"), body: "x" },
      400,
      "SerializationException",
    ],
    [
      "states",
      "no machine",
      { headers: json("AWSStepFunctions.StartExecution"), body: "{}" },
      400,
      "ValidationException",
    ],
    [
      "lambda",
      "a payload that is not JSON",
      { path: `${invocations}/invocations`, body: "{" },
      400,
      "InvalidRequestContentException",
    ],
    [
      "lambda",
      "bad JSON",
      { method: "PUT", path: `${invocations}/configuration`, body: "{" },
      400,
      "InvalidRequestContentException",
    ],
    [
      "lambda",
      "an unknown path",
      { path: "/2015-03-31/nonsense" },
      404,
      "UnknownOperationException",
    ],
    ["scheduler", "bad JSON", { path: "/schedules/x", body: "{" }, 400, "SerializationException"],
    ["scheduler", "nothing at all", { path: "/schedules/x" }, 400, "ValidationException"],
    [
      "ses",
      "bad JSON",
      { path: "/v2/email/outbound-emails", body: "{" },
      400,
      "SerializationException",
    ],
    ["ses", "nothing at all", { path: "/v2/email/outbound-emails" }, 400, "BadRequestException"],
    [
      "sts",
      "a form with an unknown action",
      { headers: form, body: "Action=Nonsense" },
      400,
      "InvalidAction",
    ],
    ["s3", "a bucket", { method: "GET", path: "/bucket" }, 404, "UnknownOperationException"],
  ];
  test.each(cases)("%s: %s", async (service, _what, raw, status, code) => {
    const host = new URL(shop.ready.aws).host;
    const request = signed(
      { ...raw, headers: { host, ...raw.headers } },
      { ...shop.credentials, service: service === "streams" ? "dynamodb" : service },
    );
    const { method, headers, path } = request;
    const response = await fetch(shop.ready.aws + path, {
      method,
      headers,
      ...(raw.body !== undefined && { body: raw.body }),
    });
    const said = `${response.headers.get("x-amzn-errortype")} ${await response.text()}`;
    expect(`${response.status} ${said}`).toContain(code);
    expect(response.status, said).toBe(status);
    expect(said).not.toMatch(/\.ts|node:|TypeError/);
  });

  test("a body that is too large is refused, and a client that goes away is forgotten", async () => {
    const send = (body: string, signal?: AbortSignal) =>
      fetch(shop.ready.aws, { method: "POST", body, ...(signal && { signal }) });
    expect((await send("x".repeat(21 * 1024 * 1024))).status).toBe(413);
    const gone = new AbortController();
    const { QueueUrl } = await openQueue("outside-gone");
    const waiting = shop.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: gone.signal,
    });
    gone.abort();
    await expect(waiting).rejects.toThrow();
    const socket = connect(Number(new URL(shop.ready.aws).port), "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\nhalf");
    socket.destroy();
    const nonsense = connect(Number(new URL(shop.ready.aws).port), "127.0.0.1");
    nonsense.end("NONSENSE\r\n\r\n");
    const [answer] = await once(nonsense, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
    expect((await shop.sts.send(new GetCallerIdentityCommand({}))).Account).toBe("123456789012");
    expect(shop.stderr()).not.toContain("Defect");
  });
});
