import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { type Cloud, createCloud } from "../../kernel/cloud.ts";
import { AwsError } from "../../kernel/engine.ts";
import { callTo, forked, journaled, reopened, type TestCloud } from "../../kernel/testing/fork.ts";
import { sqsEngine } from "./engine.ts";

const arn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
const makers = [sqsEngine()];
const made = (): TestCloud => {
  const clock = virtualClock();
  return { ...createCloud(clock, makers), clock };
};
const sqs = callTo("sqs");
const receive = async (cloud: Cloud, QueueUrl: string, more: object = {}) =>
  ((await sqs(cloud, "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, ...more })).Messages ??
    []) as { Body: string; ReceiptHandle: string }[];
const bodies = async (cloud: Cloud, queue: string) =>
  (await receive(cloud, queue)).map(({ Body }) => Body);
const deadLetters = JSON.stringify({ deadLetterTargetArn: arn("Dead"), maxReceiveCount: 2 });

const acme = async () => {
  const cloud = made();
  await sqs(cloud, "CreateQueue", { QueueName: "Dead" });
  const Attributes = { VisibilityTimeout: "30", RedrivePolicy: deadLetters };
  await sqs(cloud, "CreateQueue", { QueueName: "Things", Attributes });
  const send = (MessageBody: string, more: object = {}) =>
    sqs(cloud, "SendMessage", { QueueUrl: "Things", MessageBody, ...more });
  return { cloud, send };
};

describe.each([
  ["a fork", forked],
  ["a cloud that was reopened", reopened],
])("in %s", (_, again) => {
  it("messages in flight and delayed ones become visible at their moments, as in the original", async () => {
    const { cloud, send } = await acme();
    await send("in flight");
    await receive(cloud, "Things");
    await send("delayed", { DelaySeconds: 40 });
    await send("visible");
    await cloud.clock.advance(10_000);
    const other = await again(cloud, makers);
    for (const each of [other, cloud]) {
      expect(await bodies(each, "Things")).toEqual(["visible"]);
      await each.clock.advance(19_999);
      expect(await bodies(each, "Things")).toEqual([]);
      await each.clock.advance(1);
      expect(await bodies(each, "Things")).toEqual(["in flight"]);
      await each.clock.advance(10_000);
      expect(await bodies(each, "Things")).toEqual(["delayed", "visible"]);
    }
  });

  it("a receipt is as good as in the original, and what it deletes is deleted in one of them only", async () => {
    const { cloud, send } = await acme();
    await send("a");
    const [message] = await receive(cloud, "Things");
    const other = await again(cloud, makers);
    await sqs(other, "DeleteMessage", {
      QueueUrl: "Things",
      ReceiptHandle: message?.ReceiptHandle,
    });
    for (const each of [other, cloud]) await each.clock.advance(30_000);
    expect(await bodies(other, "Things")).toEqual([]);
    expect(await bodies(cloud, "Things")).toEqual(["a"]);
  });

  it("a redrive that is half done moves the rest, at its rate", async () => {
    const { cloud } = await acme();
    for (const MessageBody of ["a", "b", "c", "d"])
      await sqs(cloud, "SendMessage", { QueueUrl: "Dead", MessageBody });
    await sqs(cloud, "StartMessageMoveTask", {
      SourceArn: arn("Dead"),
      DestinationArn: arn("Things"),
      MaxNumberOfMessagesPerSecond: 1,
    });
    await cloud.clock.advance(2_000);
    const other = await again(cloud, makers);
    for (const each of [other, cloud]) {
      expect(await bodies(each, "Things")).toEqual(["a", "b"]);
      await each.clock.advance(1_000);
      expect(await bodies(each, "Things")).toEqual(["c"]);
      await each.clock.advance(2_000);
      expect(await bodies(each, "Things")).toEqual(["d"]);
      const { Results } = await sqs(each, "ListMessageMoveTasks", { SourceArn: arn("Dead") });
      expect(Results).toMatchObject([{ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 4 }]);
    }
  });
});

it("who polls while the cloud stops gets nothing, and no timer is left", async () => {
  const { cloud, send } = await acme();
  await send("a", { DelaySeconds: 5 });
  const polled = receive(cloud, "Things", { WaitTimeSeconds: 20 });
  cloud.stop();
  expect(await polled).toEqual([]);
  const before = cloud.clock.now();
  await cloud.clock.runUntil(() => false, 100 * 24 * 3600_000);
  expect(cloud.clock.now()).toBe(before);
});

it("two forks with one seed shuffle and name messages alike", async () => {
  const shuffling = [sqsEngine({ shuffle: true })];
  const clock = virtualClock();
  const cloud = createCloud(clock, shuffling);
  await sqs(cloud, "CreateQueue", { QueueName: "Things" });
  for (const MessageBody of "abcdefgh")
    await sqs(cloud, "SendMessage", { QueueUrl: "Things", MessageBody });
  const run = async (seed: number) => receive(await forked(cloud, shuffling, { seed }), "Things");
  expect(await run(7)).toEqual(await run(7));
  expect(await run(7)).not.toEqual(await run(8));
});

type Step = { kind: string; queue: string; n: number; pick: number };

/** One cloud that steps are taken in; a handle is named by when it was received. */
const player = (cloud: TestCloud, handles: string[]) => {
  const input = ({ kind, queue, n, pick }: Step): [operation: string, input: object] => {
    const QueueUrl = queue;
    const ReceiptHandle = handles[pick % Math.max(handles.length, 1)] ?? "none";
    switch (kind) {
      case "send":
        return ["SendMessage", { QueueUrl, MessageBody: `${n}`, DelaySeconds: n % 3 ? 0 : n }];
      case "receive":
        return [
          "ReceiveMessage",
          {
            ...{ QueueUrl, MaxNumberOfMessages: 1 + (pick % 4), VisibilityTimeout: n % 20 },
            MessageSystemAttributeNames: [
              "ApproximateReceiveCount",
              "SentTimestamp",
              "ApproximateFirstReceiveTimestamp",
              "DeadLetterQueueSourceArn",
            ],
          },
        ];
      case "delete":
        return ["DeleteMessage", { QueueUrl, ReceiptHandle }];
      case "change":
        return ["ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout: n }];
      case "redrive":
        return [
          "StartMessageMoveTask",
          { SourceArn: arn("Dead"), MaxNumberOfMessagesPerSecond: 1 + (n % 3) },
        ];
      case "tasks":
        return ["ListMessageMoveTasks", { SourceArn: arn("Dead"), MaxResults: 10 }];
      case "purge":
        return ["PurgeQueue", { QueueUrl }];
      case "settings":
        return ["SetQueueAttributes", { QueueUrl, Attributes: { VisibilityTimeout: `${n}` } }];
      default:
        return ["GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] }];
    }
  };
  const named = ["MessageId", "ReceiptHandle", "TaskHandle"];
  const nameless = (name: string, value: unknown) => (named.includes(name) ? undefined : value);
  return async (step: Step): Promise<unknown> => {
    if (step.kind === "wait") return cloud.clock.advance(step.n * 500);
    try {
      const answer = await sqs(cloud, ...input(step));
      for (const { ReceiptHandle } of answer?.Messages ?? []) handles.push(ReceiptHandle);
      return JSON.stringify(answer, nameless);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return error.code;
    }
  };
};

it("a cloud that is reopened at any point answers all that follows as the original does", async () => {
  const often = ["send", "send", "send", "receive", "receive", "delete", "change", "wait", "wait"];
  const seldom = ["count", "redrive", "tasks", "purge", "settings"];
  const step = fc.record({
    kind: fc.constantFrom(...often, ...seldom),
    queue: fc.constantFrom("Things", "Things", "Dead"),
    n: fc.integer({ min: 0, max: 60 }),
    pick: fc.nat(40),
  });
  const steps = fc.array(step, { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      steps,
      steps,
      fc.constantFrom("file", "entries"),
      async (before, then, how) => {
        const { cloud } = await acme();
        const written = journaled(cloud);
        const handles: string[] = [];
        const play = player(cloud, handles);
        for (const each of before) await play(each);
        const other = await (how === "file" ? written(makers) : reopened(cloud, makers));
        const replay = player(other, [...handles]);
        for (const each of then) expect(await replay(each)).toEqual(await play(each));
      },
    ),
    { numRuns: 150 },
  );
});
