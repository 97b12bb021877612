import { describe, expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { type Cloud, createCloud } from "../../kernel/cloud.ts";
import { AwsError } from "../../kernel/engine.ts";
import { callTo, forked, reopened, type TestCloud } from "../../kernel/testing/fork.ts";
import { sqsEngine } from "../sqs/engine.ts";
import { schedulerEngine } from "./engine.ts";

const queue = "arn:aws:sqs:us-east-1:123456789012:Work";
const makers = [sqsEngine(), schedulerEngine];
const minute = 60_000;

const sqs = callTo("sqs");
const scheduler = callTo("scheduler");

const start = async () => {
  const clock = virtualClock();
  const cloud: TestCloud = { ...createCloud(clock, makers), clock };
  await sqs(cloud, "CreateQueue", { QueueName: "Work" });
  const create = (ScheduleExpression: string, more: object = {}) =>
    scheduler(cloud, "CreateSchedule", {
      Name: "Sweep",
      ScheduleExpression,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: queue,
        RoleArn: "arn:aws:iam::123456789012:role/Sweep",
        Input: "<aws.scheduler.scheduled-time> <aws.scheduler.attempt-number>",
      },
      ...more,
    });
  return { cloud, create };
};
/** The times that the queue was told since the last look. */
const told = async (cloud: Cloud) => {
  const bodies: string[] = [];
  for (;;) {
    const input = { QueueUrl: queue, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 };
    const { Messages } = await sqs(cloud, "ReceiveMessage", input);
    if (!Messages) return bodies;
    bodies.push(...Messages.map(({ Body }: { Body: string }) => Body.slice(11)));
  }
};

describe.each([
  ["a fork", forked],
  ["a cloud that was reopened", reopened],
])("in %s", (_, again) => {
  it("a schedule goes on with the next occurrence, as in the original", async () => {
    const { cloud, create } = await start();
    await create("rate(5 minutes)");
    await cloud.clock.advance(2 * minute);
    const other = await again(cloud, makers);
    for (const each of [other, cloud]) {
      expect(await told(each)).toEqual(["00:01:00Z 1"]);
      await each.clock.advance(10 * minute);
      expect(await told(each)).toEqual(["00:06:00Z 1", "00:11:00Z 1"]);
    }
  });

  it("an invocation that waits for its next attempt is made, once", async () => {
    const { cloud, create } = await start();
    const refuse = cloud.guard((made, next) => {
      if (made.operation === "SendMessage") throw new AwsError("ThrottlingException", "Slow down.");
      return next(made);
    });
    await create("at(2026-01-01T00:10:00)", { ActionAfterCompletion: "DELETE" });
    await cloud.clock.advance(10 * minute + 2_000);
    const other = await again(cloud, makers);
    refuse();
    for (const each of [other, cloud]) {
      await each.clock.advance(10 * minute);
      expect(await told(each)).toEqual(["00:10:00Z 3"]);
      expect((await scheduler(each, "ListSchedules")).Schedules).toEqual([]);
    }
  });
});

describe("after a time in which nothing ran", () => {
  const reopenedAfter = async (cloud: Cloud, ms: number) => {
    const clock = virtualClock({ seed: 2, start: cloud.clock.now() + ms });
    const later: TestCloud = { ...createCloud(clock, makers), clock };
    const { parts } = cloud.snapshot();
    await later.restart((keeper) => keeper.put(parts));
    return later;
  };

  it("what should have occurred once occurs at once", async () => {
    const { cloud, create } = await start();
    await create("at(2026-01-01T00:10:00)");
    const later = await reopenedAfter(cloud, 60 * minute);
    await later.clock.advance(1);
    expect(await told(later)).toEqual(["00:10:00Z 1"]);
    await later.clock.advance(100 * minute);
    expect(await told(later)).toEqual([]);
  });

  it("what is due in this very moment occurs", async () => {
    const { cloud, create } = await start();
    await create("rate(5 minutes)");
    await cloud.clock.advance(6 * minute - 1);
    const later = await reopenedAfter(cloud, 1);
    await later.clock.advance(1);
    expect(await told(later)).toEqual(["00:01:00Z 1", "00:06:00Z 1"]);
  });

  it.each([
    ["rate(5 minutes)", ["01:06:00Z 1", "01:11:00Z 1"]],
    ["cron(0/10 * * * ? *)", ["01:10:00Z 1"]],
  ])("%s does not make up for what it missed", async (expression, expected) => {
    const { cloud, create } = await start();
    await create(expression);
    const later = await reopenedAfter(cloud, 62 * minute);
    await later.clock.advance(1);
    expect(await told(later)).toEqual([]);
    await later.clock.advance(10 * minute);
    expect(await told(later)).toEqual(expected);
  });
});

it("two forks with one seed invoke at the same moments of a flexible window", async () => {
  const { cloud, create } = await start();
  await create("rate(1 hour)", {
    FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 30 },
  });
  const moments = async (seed: number) => {
    const fork = await forked(cloud, makers, { seed });
    const at: number[] = [];
    fork.observe(({ kind }) => kind === "scheduler.delivered" && at.push(fork.clock.now()));
    await fork.clock.advance(600 * minute);
    return at;
  };
  expect(await moments(5)).toHaveLength(10);
  expect(await moments(5)).toEqual(await moments(5));
  expect(await moments(5)).not.toEqual(await moments(6));
});

it("nothing is left to do once it has stopped", async () => {
  const { cloud, create } = await start();
  await create("rate(5 minutes)");
  cloud.stop();
  const before = cloud.clock.now();
  await cloud.clock.runUntil(() => false);
  expect(cloud.clock.now()).toBe(before);
});
