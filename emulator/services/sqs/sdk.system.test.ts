import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { CreateEmailIdentityCommand, SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKeyRing } from "../../doors/wire/credentials.ts";
import { awsEndpoint } from "../../doors/wire/endpoint.ts";
import { listenOnLoopback } from "../../doors/wire/server.ts";
import { realClock } from "../../kernel/clock.ts";
import { createCloud } from "../../kernel/cloud.ts";
import { administrator } from "../../kernel/engine.ts";
import { eventBridgeEngine } from "../eventbridge/engine.ts";
import { schedulerEngine } from "../scheduler/engine.ts";
import { type SesEngine, sesEngine } from "../ses/engine.ts";
import { sqsEngine } from "./engine.ts";

const start = async () => {
  const clock = realClock((error) => {
    throw error;
  });
  const server = await listenOnLoopback(0);
  const cloud = createCloud(clock, [
    sqsEngine({ baseUrl: server.url }),
    eventBridgeEngine,
    schedulerEngine,
    sesEngine,
  ]);
  const keys = createKeyRing(clock);
  server.serve(awsEndpoint(cloud, keys));
  const config = {
    endpoint: server.url,
    region: "us-east-1",
    credentials: keys.issue(administrator),
  };
  return {
    cloud,
    sqs: new SQSClient(config),
    events: new EventBridgeClient(config),
    scheduler: new SchedulerClient(config),
    ses: new SESv2Client(config),
    async stop() {
      cloud.stop();
      clock.stop();
      await server.stop();
    },
  };
};

describe("the AWS SDK's own clients", () => {
  let local: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    local = await start();
  });
  afterAll(() => local.stop());

  it("send, receive and delete messages, and find the MD5s right", async () => {
    const { sqs } = local;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "Things" }));
    const MessageAttributes = {
      binary: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 255]) },
      text: { DataType: "String", StringValue: "Grüße" },
    };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "héllo", MessageAttributes }));
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1, MessageAttributeNames: ["All"] }),
    );
    expect(Messages).toMatchObject([{ Body: "héllo", MessageAttributes }]);
    const [{ ReceiptHandle } = {}] = Messages;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    await expect(
      sqs.send(new DeleteMessageCommand({ QueueUrl: `${QueueUrl}No`, ReceiptHandle })),
    ).rejects.toMatchObject({
      name: "QueueDoesNotExist",
      Code: "AWS.SimpleQueueService.NonExistentQueue",
    });
  });

  it("put events, which reach a queue", async () => {
    const { events, sqs } = local;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "Views" }));
    await events.send(new PutRuleCommand({ Name: "All", EventPattern: '{"source":["acme"]}' }));
    const Arn = "arn:aws:sqs:us-east-1:123456789012:Views";
    await events.send(new PutTargetsCommand({ Rule: "All", Targets: [{ Id: "views", Arn }] }));
    const put = await events.send(
      new PutEventsCommand({
        Entries: [
          { Source: "acme", DetailType: "Placed", Detail: "{}", Time: new Date() },
          { Source: "acme", DetailType: "Placed", Detail: "nonsense" },
        ],
      }),
    );
    expect(put).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ EventId: expect.any(String) }, { ErrorCode: "MalformedDetail" }],
    });
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }),
    );
    expect(JSON.parse(Messages[0]?.Body ?? "{}")).toMatchObject({ id: put.Entries?.[0]?.EventId });
    await expect(
      events.send(new PutRuleCommand({ Name: "Bad", EventPattern: '{"source":"acme"}' })),
    ).rejects.toMatchObject({ name: "InvalidEventPatternException" });
  });

  it("create and read schedules", async () => {
    const { scheduler } = local;
    const StartDate = new Date(Date.UTC(2126, 0, 1));
    const Target = { Arn: "arn:aws:sqs:us-east-1:123456789012:Views", RoleArn: "role" };
    await scheduler.send(
      new CreateScheduleCommand({
        Name: "Sweep",
        ScheduleExpression: "rate(1 minute)",
        StartDate,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target,
      }),
    );
    expect(await scheduler.send(new GetScheduleCommand({ Name: "Sweep" }))).toMatchObject({
      State: "ENABLED",
      StartDate,
      Target,
    });
    await expect(scheduler.send(new GetScheduleCommand({ Name: "No" }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("send e-mails", async () => {
    const { ses, cloud } = local;
    await ses.send(new CreateEmailIdentityCommand({ EmailIdentity: "acme@example.com" }));
    const { MessageId } = await ses.send(
      new SendEmailCommand({
        FromEmailAddress: "acme@example.com",
        Destination: { ToAddresses: ["ada@example.org"] },
        Content: { Simple: { Subject: { Data: "Hello" }, Body: { Text: { Data: "A dog." } } } },
      }),
    );
    expect((cloud.engines.ses as SesEngine).inbox()).toMatchObject([{ id: MessageId }]);
  });
});
