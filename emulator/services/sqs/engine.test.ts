import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud, type Fact } from "../../kernel/cloud.ts";
import { administrator } from "../../kernel/engine.ts";
import { type SqsEngine, type SqsOptions, sqsEngine } from "./engine.ts";

const arn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;

const start = async (options?: SqsOptions) => {
  const clock = virtualClock();
  const cloud = createCloud(clock, [sqsEngine(options)]);
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const sqs = (operation: string, input: object = {}) =>
    cloud.call({ caller: administrator, service: "sqs", operation, input });
  const queue = async (name: string, Attributes = {}) =>
    (await sqs("CreateQueue", { QueueName: name, Attributes })).QueueUrl as string;
  const send = (QueueUrl: string, MessageBody: string, more = {}) =>
    sqs("SendMessage", { QueueUrl, MessageBody, ...more });
  const receive = async (QueueUrl: string, more = {}) =>
    ((await sqs("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, ...more })).Messages ??
      // biome-ignore lint/suspicious/noExplicitAny: the wire's shape
      []) as any[];
  const bodies = async (url: string, more = {}) =>
    (await receive(url, more)).map(({ Body }) => Body);
  const attributes = async (QueueUrl: string) =>
    (await sqs("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] })).Attributes;
  return {
    cloud,
    clock,
    facts,
    sqs,
    queue,
    send,
    receive,
    bodies,
    attributes,
    engine: cloud.engines.sqs as SqsEngine,
  };
};

describe("a queue", () => {
  it("is found by its URL under any host, by its ARN and by its name", async () => {
    const { queue, sqs, send, bodies } = await start({ baseUrl: () => "http://localhost:9" });
    const url = await queue("Things");
    expect(url).toBe("http://localhost:9/123456789012/Things");
    expect(await sqs("GetQueueUrl", { QueueName: "Things" })).toEqual({ QueueUrl: url });
    await send("https://sqs.us-east-1.amazonaws.com/123456789012/Things", "a");
    expect(await bodies(arn("Things"))).toEqual(["a"]);
  });

  it("may be created again with the same attributes only", async () => {
    const { queue } = await start();
    const url = await queue("Things", { DelaySeconds: "5" });
    expect(await queue("Things", { DelaySeconds: "5", VisibilityTimeout: "30" })).toBe(url);
    await expect(queue("Things", { DelaySeconds: "6" })).rejects.toMatchObject({
      code: "QueueNameExists",
      message:
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    });
  });

  it("reports AWS's defaults and counts visible, delayed and in-flight messages apart", async () => {
    const { queue, send, receive, attributes } = await start();
    const url = await queue("Things");
    await send(url, "taken");
    await receive(url);
    await send(url, "ready");
    await send(url, "later", { DelaySeconds: 10 });
    expect(await attributes(url)).toMatchObject({
      QueueArn: arn("Things"),
      VisibilityTimeout: "30",
      MessageRetentionPeriod: "345600",
      MaximumMessageSize: "1048576",
      SqsManagedSseEnabled: "true",
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesNotVisible: "1",
      ApproximateNumberOfMessagesDelayed: "1",
    });
  });

  it("that does not exist is refused by AWS's error", async () => {
    const { send } = await start();
    await expect(send("http://x/1/Nothing", "a")).rejects.toMatchObject({
      code: "QueueDoesNotExist",
      status: 400,
    });
  });

  it("of the FIFO kind is refused by name", async () => {
    const { queue } = await start();
    await expect(queue("Things.fifo", { FifoQueue: "true" })).rejects.toThrow(/FIFO queues/);
  });

  it.each([
    [{ VisibilityTimeout: "43201" }, "InvalidAttributeValue"],
    [{ MessageRetentionPeriod: "59" }, "InvalidAttributeValue"],
    [{ Policy: "not json" }, "InvalidAttributeValue"],
    [{ Colour: "red" }, "InvalidAttributeName"],
    [{ RedrivePolicy: JSON.stringify({ maxReceiveCount: 1 }) }, "InvalidParameterValue"],
    [
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("No"), maxReceiveCount: 1 }) },
      "InvalidParameterValue",
    ],
  ])("refuses the attributes %j", async (attributes, code) => {
    const { queue } = await start();
    await expect(queue("Things", attributes)).rejects.toMatchObject({ code });
  });
});

describe("a message", () => {
  it("carries the MD5s that SDKs check", async () => {
    const { queue, send, receive } = await start();
    const url = await queue("Things");
    // As answered by AWS for these attributes.
    const MessageAttributes = {
      timestamp: { DataType: "Number", StringValue: "1493147359900" },
    };
    const sent = await send(url, "attr1", { MessageAttributes });
    expect(sent.MD5OfMessageBody).toBe(createHash("md5").update("attr1").digest("hex"));
    expect(sent.MD5OfMessageAttributes).toBe("235c5c510d26fb653d073faed50ae77c");
    const [message] = await receive(url, { MessageAttributeNames: ["All"] });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      MD5OfBody: sent.MD5OfMessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes,
    });
  });

  it("stays hidden for its visibility timeout and comes back unless it is deleted", async () => {
    const { clock, queue, send, receive, bodies, sqs } = await start();
    const url = await queue("Things", { VisibilityTimeout: "60" });
    await send(url, "a");
    const [first] = await receive(url);
    await clock.advance(59_999);
    expect(await bodies(url)).toEqual([]);
    await clock.advance(1);
    const [second] = await receive(url, { AttributeNames: ["All"] });
    expect(second.Attributes).toMatchObject({ ApproximateReceiveCount: "2" });
    await sqs("DeleteMessage", { QueueUrl: url, ReceiptHandle: first.ReceiptHandle });
    await clock.advance(60_000);
    const [third] = await receive(url);
    expect(third.Body).toBe("a");
    await sqs("DeleteMessage", { QueueUrl: url, ReceiptHandle: third.ReceiptHandle });
    await clock.advance(60_000);
    expect(await bodies(url)).toEqual([]);
  });

  it("may be given more time, or be released at once", async () => {
    const { clock, queue, send, receive, bodies, sqs } = await start();
    const url = await queue("Things");
    await send(url, "a");
    const [{ ReceiptHandle }] = await receive(url);
    const change = (VisibilityTimeout: number) =>
      sqs("ChangeMessageVisibility", { QueueUrl: url, ReceiptHandle, VisibilityTimeout });
    await change(100);
    await clock.advance(99_000);
    expect(await bodies(url)).toEqual([]);
    await change(0);
    await expect(change(10)).rejects.toMatchObject({ code: "MessageNotInflight" });
    expect(await bodies(url)).toEqual(["a"]);
    await expect(change(10)).rejects.toMatchObject({ code: "InvalidParameterValue" });
  });

  it("is delayed by its own delay or the queue's", async () => {
    const { clock, queue, send, bodies } = await start();
    const url = await queue("Things", { DelaySeconds: "20" });
    await send(url, "queue's");
    await send(url, "own", { DelaySeconds: 5 });
    await send(url, "now", { DelaySeconds: 0 });
    expect(await bodies(url)).toEqual(["now"]);
    await clock.advance(5_000);
    expect(await bodies(url)).toEqual(["own"]);
    await clock.advance(15_000);
    expect(await bodies(url)).toEqual(["queue's"]);
  });

  it("is hidden for at most twelve hours from a receive on, however often that is prolonged", async () => {
    const { clock, queue, send, receive, sqs } = await start();
    const url = await queue("Things");
    await send(url, "a");
    const [{ ReceiptHandle }] = await receive(url, { VisibilityTimeout: 43_200 });
    const change = (VisibilityTimeout: number) =>
      sqs("ChangeMessageVisibility", { QueueUrl: url, ReceiptHandle, VisibilityTimeout });
    await clock.advance(3_600_000);
    await change(39_600);
    await expect(change(39_601)).rejects.toThrow(
      "Value 39601 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
    );
    await expect(change(43_201)).rejects.toMatchObject({ code: "InvalidParameterValue" });
  });

  it("keeps its age and its retention when it moves to a dead-letter queue", async () => {
    const { clock, queue, send, receive, bodies } = await start();
    const grave = await queue("ThingsDlq", { MessageRetentionPeriod: "120" });
    const url = await queue("Things", {
      VisibilityTimeout: "100",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("ThingsDlq"), maxReceiveCount: 1 }),
    });
    await send(url, "a");
    await receive(url);
    await clock.advance(100_000);
    await receive(url);
    expect(await bodies(grave, { VisibilityTimeout: 0 })).toEqual(["a"]);
    await clock.advance(20_000);
    expect(await bodies(grave)).toEqual([]);
  });

  it("vanishes after the retention period", async () => {
    const { clock, queue, send, attributes, bodies } = await start();
    const url = await queue("Things", { MessageRetentionPeriod: "60" });
    await send(url, "a");
    await clock.advance(60_000);
    expect(await attributes(url)).toMatchObject({ ApproximateNumberOfMessages: "0" });
    expect(await bodies(url)).toEqual([]);
  });

  it("carries at most ten attributes, is delayed at most 900 seconds, and counts its attributes", async () => {
    const { queue, send } = await start();
    const url = await queue("Things");
    const attributes = (count: number, StringValue = "x") => ({
      MessageAttributes: Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`a${i}`, { DataType: "String", StringValue }]),
      ),
    });
    await send(url, "a", attributes(10));
    await expect(send(url, "a", attributes(11))).rejects.toThrow(
      "Number of message attributes [11] exceeds the allowed maximum [10].",
    );
    await send(url, "a", { DelaySeconds: 900 });
    await expect(send(url, "a", { DelaySeconds: 901 })).rejects.toThrow(
      "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
    );
    const rest = 1_048_576 - "a0".length - "String".length - 1000;
    await send(url, "b".repeat(rest), attributes(1, "x".repeat(1000)));
    await expect(send(url, "b".repeat(rest), attributes(1, "x".repeat(1001)))).rejects.toThrow(
      "Message must be shorter than 1048576 bytes.",
    );
  });

  it("is refused when it is empty, too large, or carries what SQS does not take", async () => {
    const { queue, send } = await start();
    const url = await queue("Things", { MaximumMessageSize: "1024" });
    await expect(send(url, "")).rejects.toMatchObject({ code: "MissingParameter" });
    await expect(send(url, "x".repeat(1025))).rejects.toThrow(
      "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    );
    await expect(send(url, "\u0000")).rejects.toMatchObject({ code: "InvalidMessageContents" });
    await expect(
      send(url, "a", { MessageAttributes: { Empty: { DataType: "String", StringValue: "" } } }),
    ).rejects.toThrow(
      "Message (user) attribute 'Empty' must contain a non-empty value of type 'String'.",
    );
  });
});

describe("a batch", () => {
  it("answers for each entry: one may fail alone", async () => {
    const { queue, sqs, receive } = await start();
    const url = await queue("Things");
    const answer = await sqs("SendMessageBatch", {
      QueueUrl: url,
      Entries: [
        { Id: "a", MessageBody: "first" },
        { Id: "b", MessageBody: "" },
      ],
    });
    expect(answer.Successful).toMatchObject([{ Id: "a" }]);
    expect(answer.Failed).toMatchObject([{ Id: "b", SenderFault: true, Code: "MissingParameter" }]);
    const [{ ReceiptHandle }] = await receive(url);
    const deleted = await sqs("DeleteMessageBatch", {
      QueueUrl: url,
      Entries: [
        { Id: "x", ReceiptHandle },
        { Id: "y", ReceiptHandle: "nonsense" },
      ],
    });
    expect(deleted.Successful).toEqual([{ Id: "x" }]);
    expect(deleted.Failed).toMatchObject([{ Id: "y", Code: "ReceiptHandleIsInvalid" }]);
  });

  it.each([
    ["EmptyBatchRequest", []],
    [
      "TooManyEntriesInBatchRequest",
      Array.from({ length: 11 }, (_, i) => ({ Id: `${i}`, MessageBody: "a" })),
    ],
    ["InvalidBatchEntryId", [{ Id: "not valid", MessageBody: "a" }]],
    [
      "BatchEntryIdsNotDistinct",
      [
        { Id: "a", MessageBody: "a" },
        { Id: "a", MessageBody: "b" },
      ],
    ],
    [
      "BatchRequestTooLong",
      [
        { Id: "a", MessageBody: "a".repeat(1_048_576) },
        { Id: "b", MessageBody: "b" },
      ],
    ],
  ])("is refused as a whole with %s", async (code, Entries) => {
    const { queue, sqs } = await start();
    const QueueUrl = await queue("Things");
    await expect(sqs("SendMessageBatch", { QueueUrl, Entries })).rejects.toMatchObject({ code });
  });
});

it("no more than 120,000 messages are in flight: a short poll is refused, a long one waits", async () => {
  const { cloud, clock, queue, send, receive, bodies, sqs } = await start();
  const url = await queue("Things");
  await send(url, "template");
  const [{ MessageId, ReceiptHandle }] = await receive(url, { VisibilityTimeout: 600 });
  await cloud.restart(({ parts }) => {
    const messages = parts.get("sqs.messages");
    const taken = messages?.get(MessageId) as object;
    for (let i = 1; i < 120_000; i += 1) messages?.apply(`${i}`, { ...taken, id: `${i}` });
  });
  await send(url, "one more");
  await expect(receive(url)).rejects.toMatchObject({ code: "OverLimit" });
  const polled = bodies(url, { WaitTimeSeconds: 20 });
  await clock.advance(5_000);
  await sqs("DeleteMessage", { QueueUrl: url, ReceiptHandle });
  expect(await bodies(url)).toEqual(["one more"]);
  await clock.advance(20_000);
  expect(await polled).toEqual([]);
});

describe("waiting for messages", () => {
  it("a long poll answers as soon as a message comes", async () => {
    const { clock, queue, send, bodies } = await start();
    const url = await queue("Things");
    const polled = bodies(url, { WaitTimeSeconds: 20 });
    await clock.advance(3_000);
    await send(url, "a", { DelaySeconds: 4 });
    await clock.advance(4_000);
    expect(await polled).toEqual(["a"]);
  });

  it("a long poll answers nothing when its time is over", async () => {
    const { clock, queue, bodies } = await start();
    const url = await queue("Things", { ReceiveMessageWaitTimeSeconds: "20" });
    const polled = bodies(url);
    await clock.advance(20_000);
    expect(await polled).toEqual([]);
  });

  it("a listener hears of messages that come, come back, and were there before", async () => {
    const { clock, queue, send, receive, engine } = await start();
    const url = await queue("Things", { VisibilityTimeout: "30" });
    await send(url, "early");
    const heard: number[] = [];
    const from = clock.now();
    const stop = engine.onMessages(arn("Things"), () => heard.push(clock.now() - from));
    await clock.advance(1_000);
    expect(heard).toEqual([0]);
    await receive(url);
    await clock.advance(60_000);
    expect(heard).toEqual([0, 31_000]);
    await receive(url);
    stop();
    await clock.advance(60_000);
    expect(heard).toHaveLength(2);
  });

  it("nothing is scheduled for a queue that nobody listens to", async () => {
    const { clock, queue, send, receive } = await start();
    const url = await queue("Things");
    await send(url, "a", { DelaySeconds: 10 });
    await send(url, "b");
    await receive(url);
    const before = clock.now();
    expect(await clock.runUntil(() => false)).toBe(false);
    expect(clock.now()).toBe(before);
  });

  it("the order is first in, first out, or chance when asked for", async () => {
    const letters = [..."abcdefghij"];
    const order = async (shuffle: boolean) => {
      const { queue, send, bodies } = await start({ shuffle });
      const url = await queue("Things");
      for (const letter of letters) await send(url, letter);
      return bodies(url);
    };
    expect(await order(false)).toEqual(letters);
    const shuffled = await order(true);
    expect(shuffled).not.toEqual(letters);
    expect(shuffled.toSorted()).toEqual(letters);
    expect(await order(true)).toEqual(shuffled);
  });
});

describe("a dead-letter queue", () => {
  const withDeadLetters = async () => {
    const cloud = await start();
    const graveUrl = await cloud.queue("ThingsDlq");
    const url = await cloud.queue("Things", {
      VisibilityTimeout: "1",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("ThingsDlq"), maxReceiveCount: 2 }),
    });
    const die = async () => {
      for (let i = 0; i < 3; i++) {
        await cloud.receive(url);
        await cloud.clock.advance(1_000);
      }
    };
    return { ...cloud, url, graveUrl, die };
  };

  it("takes a message that was received too often, with its id, age and receive count", async () => {
    const { clock, send, receive, url, graveUrl, die, facts } = await withDeadLetters();
    const sentAt = clock.now();
    const { MessageId } = await send(url, "poison");
    await die();
    expect(await receive(url)).toEqual([]);
    const [dead] = await receive(graveUrl, { MessageSystemAttributeNames: ["All"] });
    expect(dead).toMatchObject({
      MessageId,
      Body: "poison",
      Attributes: {
        DeadLetterQueueSourceArn: arn("Things"),
        ApproximateReceiveCount: "3",
        SentTimestamp: String(sentAt),
      },
    });
    expect(facts).toContainEqual({
      kind: "sqs.deadletter",
      queue: arn("Things"),
      deadLetterQueue: arn("ThingsDlq"),
      messageId: MessageId,
      receives: 2,
    });
  });

  it("is redriven to the queues that gave up, as new messages", async () => {
    const { clock, sqs, send, receive, url, die } = await withDeadLetters();
    const { MessageId } = await send(url, "poison");
    await die();
    const { TaskHandle } = await sqs("StartMessageMoveTask", { SourceArn: arn("ThingsDlq") });
    expect(TaskHandle).toBeTruthy();
    await clock.advance(1_000);
    const { Results } = await sqs("ListMessageMoveTasks", { SourceArn: arn("ThingsDlq") });
    expect(Results).toMatchObject([
      {
        Status: "COMPLETED",
        ApproximateNumberOfMessagesMoved: 1,
        ApproximateNumberOfMessagesToMove: 1,
      },
    ]);
    const [again] = await receive(url, { AttributeNames: ["ApproximateReceiveCount"] });
    expect(again).toMatchObject({ Body: "poison", Attributes: { ApproximateReceiveCount: "1" } });
    expect(again.MessageId).not.toBe(MessageId);
  });

  it("is redriven at the rate asked for, one task at a time, until it is cancelled", async () => {
    const { clock, sqs, send, url, graveUrl, attributes } = await withDeadLetters();
    for (let i = 0; i < 10; i++) await send(graveUrl, `${i}`);
    const task = {
      SourceArn: arn("ThingsDlq"),
      DestinationArn: arn("Things"),
      MaxNumberOfMessagesPerSecond: 1,
    };
    const { TaskHandle } = await sqs("StartMessageMoveTask", task);
    await clock.advance(3_000);
    expect(await attributes(url)).toMatchObject({ ApproximateNumberOfMessages: "3" });
    await expect(sqs("StartMessageMoveTask", task)).rejects.toThrow(/already a task running/);
    expect(await sqs("CancelMessageMoveTask", { TaskHandle })).toEqual({
      ApproximateNumberOfMessagesMoved: 3,
    });
    await clock.advance(10_000);
    expect(await attributes(url)).toMatchObject({ ApproximateNumberOfMessages: "3" });
    const { Results } = await sqs("ListMessageMoveTasks", { SourceArn: arn("ThingsDlq") });
    expect(Results).toMatchObject([{ Status: "CANCELLED" }]);
  });

  it("cannot return what did not come from a queue unless a destination is named", async () => {
    const { clock, sqs, send, graveUrl } = await withDeadLetters();
    await send(graveUrl, "from elsewhere");
    await sqs("StartMessageMoveTask", { SourceArn: arn("ThingsDlq") });
    await clock.advance(1_000);
    const { Results } = await sqs("ListMessageMoveTasks", { SourceArn: arn("ThingsDlq") });
    expect(Results).toMatchObject([
      { Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource" },
    ]);
  });

  it("only is redriven when some queue uses it, and is known by its sources", async () => {
    const { sqs, url, graveUrl } = await withDeadLetters();
    await expect(sqs("StartMessageMoveTask", { SourceArn: arn("Things") })).rejects.toThrow(
      "Source queue must be configured as a Dead Letter Queue.",
    );
    await expect(
      sqs("StartMessageMoveTask", {
        SourceArn: arn("ThingsDlq"),
        DestinationArn: arn("ThingsDlq"),
      }),
    ).rejects.toThrow("Source queue arn and destination queue arn cannot be the same.");
    expect(await sqs("ListDeadLetterSourceQueues", { QueueUrl: graveUrl })).toEqual({
      queueUrls: [url],
    });
  });

  it("serves the queues that it names, at most ten", async () => {
    const { queue } = await start();
    const allow = (sourceQueueArns: string[]) => ({
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns }),
    });
    await queue("Choosy", allow([arn("Things")]));
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: arn("Choosy"),
      maxReceiveCount: 1,
    });
    await queue("Things", { RedrivePolicy });
    await expect(queue("Prices", { RedrivePolicy })).rejects.toThrow("does not have permissions");
    const eleven = Array.from({ length: 11 }, (_, i) => arn(`Q${i}`));
    await expect(queue("Wide", allow(eleven))).rejects.toMatchObject({
      code: "InvalidAttributeValue",
    });
  });

  it("is listed with its last ten redrives, the newest first", async () => {
    const { clock, sqs, send, graveUrl } = await withDeadLetters();
    for (let n = 1; n <= 12; n += 1) {
      for (let i = 0; i < n; i += 1) await send(graveUrl, "a");
      await sqs("StartMessageMoveTask", {
        SourceArn: arn("ThingsDlq"),
        DestinationArn: arn("Things"),
      });
      await clock.advance(1_000);
    }
    const list = async (MaxResults?: number) =>
      (await sqs("ListMessageMoveTasks", { SourceArn: arn("ThingsDlq"), MaxResults })).Results.map(
        // biome-ignore lint/suspicious/noExplicitAny: the wire's shape
        (task: any) => task.ApproximateNumberOfMessagesMoved,
      );
    expect(await list()).toEqual([12]);
    expect(await list(10)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    await expect(list(11)).rejects.toThrow("You must enter a number that's between 1 and 10.");
  });

  it("may refuse to serve a queue", async () => {
    const { queue } = await start();
    await queue("Closed", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) });
    await expect(
      queue("Things", {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("Closed"), maxReceiveCount: 1 }),
      }),
    ).rejects.toMatchObject({ code: "InvalidParameterValue" });
  });
});

it("queues are listed page by page when a call says how many it wants", async () => {
  const { sqs, queue } = await start();
  const grave = await queue("Dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn("Dead"), maxReceiveCount: 1 });
  const urls: string[] = [];
  for (const name of ["a", "b", "c"]) urls.push(await queue(name, { RedrivePolicy }));
  const first = await sqs("ListDeadLetterSourceQueues", { QueueUrl: grave, MaxResults: 2 });
  expect(first.queueUrls).toEqual(urls.slice(0, 2));
  const { NextToken } = first;
  expect(
    await sqs("ListDeadLetterSourceQueues", { QueueUrl: grave, MaxResults: 2, NextToken }),
  ).toEqual({ queueUrls: urls.slice(2) });
  const queues = await sqs("ListQueues", { MaxResults: 3 });
  expect(queues.QueueUrls).toEqual([grave, ...urls.slice(0, 2)]);
  expect(await sqs("ListQueues", { MaxResults: 3, NextToken: queues.NextToken })).toEqual({
    QueueUrls: urls.slice(2),
  });
  expect(await sqs("ListQueues", { QueueNamePrefix: "z" })).toEqual({});
  await expect(sqs("ListQueues", { NextToken: "!" })).rejects.toThrow("Invalid or expired");
});

it("a queue is purged once a minute, and listed and tagged by name", async () => {
  const { sqs, queue, send, attributes } = await start();
  const url = await queue("Things");
  await queue("Prices");
  await send(url, "a");
  await sqs("PurgeQueue", { QueueUrl: url });
  expect(await attributes(url)).toMatchObject({ ApproximateNumberOfMessages: "0" });
  await expect(sqs("PurgeQueue", { QueueUrl: url })).rejects.toMatchObject({
    code: "PurgeQueueInProgress",
  });
  expect(await sqs("ListQueues", { QueueNamePrefix: "Thi" })).toEqual({ QueueUrls: [url] });
  await sqs("TagQueue", { QueueUrl: url, Tags: { team: "things" } });
  expect(await sqs("ListQueueTags", { QueueUrl: url })).toEqual({ Tags: { team: "things" } });
  await sqs("DeleteQueue", { QueueUrl: url });
  await expect(send(url, "b")).rejects.toMatchObject({ code: "QueueDoesNotExist" });
});
