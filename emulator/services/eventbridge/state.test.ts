import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { type Cloud, createCloud, type Fact } from "../../kernel/cloud.ts";
import { AwsError } from "../../kernel/engine.ts";
import { callTo, forked, journaled, reopened, type TestCloud } from "../../kernel/testing/fork.ts";
import { sqsEngine } from "../sqs/engine.ts";
import { eventBridgeEngine } from "./engine.ts";

const base = "us-east-1:123456789012";
const queueArn = (name: string) => `arn:aws:sqs:${base}:${name}`;
const busArn = `arn:aws:events:${base}:event-bus/Bus`;
const archiveArn = `arn:aws:events:${base}:archive/All`;
const makers = [sqsEngine(), eventBridgeEngine];
const seconds = 1000;

const sqs = callTo("sqs");
const events = callTo("events");
const put = (cloud: Cloud, ...numbers: number[]) =>
  events(cloud, "PutEvents", {
    Entries: numbers.map((n) => ({
      EventBusName: "Bus",
      Source: "acme",
      DetailType: "Placed",
      Detail: JSON.stringify({ n }),
    })),
  });
/** What is in a queue, which is empty afterwards. */
const drain = async (cloud: Cloud, QueueUrl: string) => {
  const found: { Body: string }[] = [];
  for (;;) {
    const answer = await sqs(cloud, "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 });
    if (!answer.Messages) return found.map(({ Body }) => JSON.parse(Body).detail.n);
    found.push(...answer.Messages);
    const Entries = answer.Messages.map(({ ReceiptHandle }: never, i: number) => ({
      Id: `${i}`,
      ReceiptHandle,
    }));
    await sqs(cloud, "DeleteMessageBatch", { QueueUrl, Entries });
  }
};
const watched = <C extends Cloud>(cloud: C) => {
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  return { cloud, facts, kinds: () => facts.map(({ kind }) => kind) };
};
/** The queue Views throttles until `ms` milliseconds of virtual time have passed since the cloud was made. */
const throttled = <C extends TestCloud>(cloud: C, until: number) => {
  cloud.guard((made, next) => {
    if (made.input.QueueUrl === queueArn("Views") && cloud.clock.now() < until)
      throw new AwsError("ThrottlingException", "Slow down.");
    return next(made);
  });
  return cloud;
};

const acme = async (target: object = {}) => {
  const clock = virtualClock();
  const cloud: TestCloud = { ...createCloud(clock, makers), clock };
  for (const QueueName of ["Views", "Dead"]) await sqs(cloud, "CreateQueue", { QueueName });
  await events(cloud, "CreateEventBus", { Name: "Bus" });
  await events(cloud, "CreateArchive", { ArchiveName: "All", EventSourceArn: busArn });
  await events(cloud, "PutRule", {
    Name: "Placed",
    EventBusName: "Bus",
    EventPattern: '{"source":["acme"]}',
  });
  await events(cloud, "PutTargets", {
    Rule: "Placed",
    EventBusName: "Bus",
    Targets: [
      {
        Id: "views",
        Arn: queueArn("Views"),
        DeadLetterConfig: { Arn: queueArn("Dead") },
        ...target,
      },
    ],
  });
  return cloud;
};

describe.each([
  ["a fork", forked],
  ["a cloud that was reopened", reopened],
])("in %s", (_, again) => {
  it("an event that was acknowledged and not yet delivered arrives, once", async () => {
    const cloud = await acme();
    await put(cloud, 1, 2);
    const other = await again(cloud, makers);
    for (const each of [other, cloud]) {
      await each.clock.advance(1);
      expect((await drain(each, "Views")).sort()).toEqual([1, 2]);
      await each.clock.advance(600 * seconds);
      expect(await drain(each, "Views")).toEqual([]);
    }
  });

  it("a retry that waits comes at its moment, and none before it is repeated", async () => {
    const cloud = throttled(await acme(), Number.POSITIVE_INFINITY);
    const original = watched(cloud);
    await put(cloud, 1);
    await cloud.clock.runUntil(() => original.facts.at(-1)?.retries === 3);
    const last = original.facts.at(-1);
    await cloud.clock.advance(1 * seconds);
    const other = watched(await again(cloud, makers));
    await other.cloud.clock.advance(Math.floor(Number(last?.inMs)) - 1 * seconds - 1);
    expect(other.kinds()).toEqual([]);
    await other.cloud.clock.advance(2);
    expect(other.facts).toMatchObject([{ kind: "events.delivered", retries: 4 }]);
    expect(await drain(other.cloud, "Views")).toEqual([1]);
    expect(original.facts.at(-1)).toBe(last);
    await other.cloud.clock.advance(600 * seconds);
    expect(await drain(other.cloud, "Views")).toEqual([]);
  });

  it("attempts and age are counted on: the original and its copy give up at the same moment", async () => {
    const RetryPolicy = { MaximumRetryAttempts: 5, MaximumEventAgeInSeconds: 120 };
    const cloud = throttled(await acme({ RetryPolicy }), Number.POSITIVE_INFINITY);
    await put(cloud, 1);
    await cloud.clock.advance(6 * seconds);
    const other = throttled(await again(cloud, makers), Number.POSITIVE_INFINITY);
    for (const each of [other, cloud]) {
      await each.clock.advance(20 * seconds);
      expect(await drain(each, "Dead")).toEqual([]);
      await each.clock.advance(20 * seconds);
      expect(await drain(each, "Dead")).toEqual([1]);
    }
  });

  it("a rule that is changed or deleted meanwhile changes nothing for an event on its way", async () => {
    const cloud = throttled(await acme(), Date.UTC(2026, 0, 1, 0, 1));
    await put(cloud, 1);
    await cloud.clock.advance(10 * seconds);
    await events(cloud, "RemoveTargets", { Rule: "Placed", EventBusName: "Bus", Ids: ["views"] });
    await events(cloud, "DeleteRule", { Name: "Placed", EventBusName: "Bus" });
    const other = await again(cloud, makers);
    for (const each of [other, cloud]) {
      await each.clock.advance(120 * seconds);
      expect(await drain(each, "Views")).toEqual([1]);
    }
  });

  it("a dead letter that could not be written is written later", async () => {
    const cloud = await acme();
    const refuse = cloud.guard((made, next) => {
      if (made.input.QueueUrl === queueArn("Views")) throw new AwsError("AccessDenied", "No.", 403);
      if (made.input.QueueUrl === queueArn("Dead")) throw new Error("socket hang up");
      return next(made);
    });
    await put(cloud, 1);
    await cloud.clock.advance(1);
    const other = await again(cloud, makers);
    refuse();
    for (const each of [other, cloud]) {
      await each.clock.advance(2 * seconds);
      expect(await drain(each, "Dead")).toEqual([1]);
      expect(await drain(each, "Views")).toEqual([]);
    }
  });

  it("a replay goes on after the event at which it stood", async () => {
    const cloud = await acme();
    for (let n = 1; n <= 6; n += 1) await put(cloud, n);
    await cloud.clock.advance(1);
    await drain(cloud, "Views");
    await events(cloud, "StartReplay", {
      ReplayName: "Again",
      EventSourceArn: archiveArn,
      EventStartTime: cloud.clock.now() / 1000 - 60,
      EventEndTime: cloud.clock.now() / 1000 + 60,
      Destination: { Arn: busArn },
    });
    const state = async (each: Cloud) =>
      (await events(each, "DescribeReplay", { ReplayName: "Again" })).State;
    const { kinds } = watched(cloud);
    await cloud.clock.runUntil(() => kinds().includes("events.delivered"));
    const other = await again(cloud, makers);
    expect(await state(other)).toBe("RUNNING");
    for (const each of [other, cloud]) {
      await each.clock.advance(1);
      expect(await state(each)).toBe("COMPLETED");
      expect((await drain(each, "Views")).sort()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await events(each, "DescribeArchive", { ArchiveName: "All" })).toMatchObject({
        EventCount: 6,
      });
    }
  });

  it("an archive has its events and its size, and goes on after them", async () => {
    const cloud = await acme();
    for (const n of [1, 2, 3]) await put(cloud, n);
    const describe = (each: Cloud) => events(each, "DescribeArchive", { ArchiveName: "All" });
    const before = await describe(cloud);
    const other = await again(cloud, makers);
    expect(await describe(other)).toEqual(before);
    await put(other, 4);
    expect(await describe(other)).toMatchObject({
      EventCount: 4,
      SizeBytes: (before.SizeBytes / 3) * 4,
    });
    expect(await describe(cloud)).toEqual(before);
  });
});

it("whenever a fork is taken, every event arrives once here and once there, or is buried once", async () => {
  const moment = fc.integer({ min: 0, max: 90_000 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(moment, { minLength: 1, maxLength: 8 }),
      moment,
      moment,
      fc.constantFrom(forked, reopened),
      async (puts, at, outage, again) => {
        const cloud = throttled(
          await acme({ RetryPolicy: { MaximumRetryAttempts: 5 } }),
          Date.UTC(2026, 0, 1) + outage,
        );
        for (const [n, ms] of puts.entries()) cloud.clock.after(ms, "put", () => put(cloud, n));
        await cloud.clock.advance(at);
        const taken = puts.flatMap((ms, n) => (ms <= at ? [n] : []));
        const other = throttled(await again(cloud, makers), Date.UTC(2026, 0, 1) + outage);
        await other.clock.advance(600 * seconds);
        await cloud.clock.advance(600 * seconds);
        const all = async (each: Cloud) =>
          [...(await drain(each, "Views")), ...(await drain(each, "Dead"))].sort();
        expect(await all(other)).toEqual(taken.sort());
        expect(await all(cloud)).toEqual([...puts.keys()].sort());
      },
    ),
    { numRuns: 60 },
  );
});

it("two forks with one seed do the same", async () => {
  const cloud = throttled(await acme(), Number.POSITIVE_INFINITY);
  await put(cloud, 1, 2, 3);
  await cloud.clock.advance(5 * seconds);
  const story = async (seed: number) => {
    const fork = await forked(cloud, makers, { seed });
    const { facts } = watched(throttled(fork, cloud.clock.now() + 30 * seconds));
    await fork.clock.advance(300 * seconds);
    return facts;
  };
  expect(await story(3)).toEqual(await story(3));
  expect(await story(3)).not.toEqual(await story(4));
});

it("what is acknowledged is written down before the answer, and what is done is forgotten", async () => {
  const cloud = await acme();
  const written: number[] = [];
  let deliveries = 0;
  cloud.keeper.record((changes) => {
    for (const [part, , value] of changes)
      if (part === "events.deliveries") deliveries += value === undefined ? -1 : 1;
    written.push(deliveries);
  });
  await put(cloud, 1, 2);
  expect(written.at(-1)).toBe(2);
  await cloud.clock.advance(1);
  cloud.keeper.flush();
  expect(written.at(-1)).toBe(0);
});

it("an event that is archived is one line in the journal, however many there are", async () => {
  const cloud = await acme();
  for (let n = 0; n < 50; n += 1) await put(cloud, n);
  const before: string[] = [];
  cloud.keeper.record((changes) => before.push(...changes.map(([part, key]) => `${part} ${key}`)));
  await put(cloud, 50);
  expect(before.filter((line) => line.startsWith("events.arch"))).toEqual([
    "events.archived All#50",
  ]);
});

it("what is packed meanwhile is written down with what it replaces", async () => {
  const cloud = await acme();
  const reopen = journaled(cloud);
  for (let n = 0; n < 300; n += 10)
    await put(cloud, ...Array.from({ length: 10 }, (_, i) => n + i));
  await cloud.clock.advance(1);
  const other = await reopen(makers);
  const describe = (each: Cloud) => events(each, "DescribeArchive", { ArchiveName: "All" });
  expect(await describe(other)).toEqual(await describe(cloud));
  expect(await describe(other)).toMatchObject({ EventCount: 300 });
});

it("an attempt of an earlier life changes nothing when its answer comes", async () => {
  const cloud = await acme();
  const original = watched(cloud);
  let answer = () => {};
  const held = cloud.guard(async (made, next) => {
    if (made.input.QueueUrl === queueArn("Views"))
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
    return next(made);
  });
  await put(cloud, 1);
  await cloud.clock.advance(1);
  const { parts } = cloud.snapshot();
  held();
  await cloud.restart((keeper) => keeper.put(parts));
  answer(); // reaches the queue all the same, as a call does that was sent before a power cut
  await cloud.clock.advance(1);
  expect(await drain(cloud, "Views")).toEqual([1, 1]);
  expect(original.kinds().filter((kind) => kind === "events.delivered")).toHaveLength(1);
  await cloud.clock.advance(600 * seconds);
  expect(await drain(cloud, "Views")).toEqual([]);
});

it("definitions and deliveries survive a journal that only heard of changes", async () => {
  const clock = virtualClock();
  const cloud: TestCloud = { ...createCloud(clock, makers), clock };
  const reopen = journaled(cloud);
  await sqs(cloud, "CreateQueue", { QueueName: "Views" });
  await events(cloud, "CreateEventBus", { Name: "Bus", Tags: [{ Key: "a", Value: "b" }] });
  await events(cloud, "PutRule", {
    Name: "R",
    EventBusName: "Bus",
    EventPattern: '{"source":["acme"]}',
  });
  await events(cloud, "PutTargets", {
    Rule: "R",
    EventBusName: "Bus",
    Targets: [{ Id: "views", Arn: queueArn("Views") }],
  });
  await events(cloud, "DisableRule", { Name: "R", EventBusName: "Bus" });
  await events(cloud, "EnableRule", { Name: "R", EventBusName: "Bus" });
  await put(cloud, 1);
  const other = await reopen(makers);
  await put(other, 2);
  await other.clock.advance(1);
  expect((await drain(other, "Views")).sort()).toEqual([1, 2]);
  expect(await events(other, "ListTagsForResource", { ResourceARN: busArn })).toEqual({
    Tags: [{ Key: "a", Value: "b" }],
  });
});
