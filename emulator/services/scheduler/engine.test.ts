import { describe, expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud, type Fact } from "../../kernel/cloud.ts";
import { AwsError, administrator, type Call, type Engine } from "../../kernel/engine.ts";
import { sqsEngine } from "../sqs/engine.ts";
import { schedulerEngine } from "./engine.ts";

const base = "us-east-1:123456789012";
const functionArn = `arn:aws:lambda:${base}:function:Sweep`;
const role = "arn:aws:iam::123456789012:role/Sweep";
const minute = 60_000;

const start = async () => {
  const clock = virtualClock();
  const from = clock.now();
  const calls: (Call & { at: number })[] = [];
  let refuse = () => {};
  const lambda = (): Engine => ({ service: "lambda", operations: { Invoke: () => ({}) } });
  const cloud = createCloud(clock, [sqsEngine(), schedulerEngine, lambda]);
  cloud.guard((call, next) => {
    if (call.service === "lambda") {
      calls.push({ ...call, at: (clock.now() - from) / minute });
      refuse();
    }
    return next(call);
  });
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const scheduler = (operation: string, input: object = {}) =>
    cloud.call({ caller: administrator, service: "scheduler", operation, input });
  const create = (ScheduleExpression: string, more: object = {}, target: object = {}) =>
    scheduler("CreateSchedule", {
      Name: "Sweep",
      ScheduleExpression,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: { Arn: functionArn, RoleArn: role, ...target },
      ...more,
    });
  return {
    clock,
    cloud,
    calls,
    facts,
    scheduler,
    create,
    times: () => calls.map(({ at }) => at),
    failing: (how: () => void) => {
      refuse = how;
    },
  };
};

describe("a schedule", () => {
  it("invokes its target at each occurrence, under its own name and role", async () => {
    const { clock, create, calls, times } = await start();
    await create("rate(5 minutes)", {}, { Input: '{"time":"<aws.scheduler.scheduled-time>"}' });
    await clock.advance(11 * minute);
    expect(times()).toEqual([1, 6, 11]);
    const [call] = calls;
    expect(call).toMatchObject({
      caller: { name: "schedule Sweep", role },
      operation: "Invoke",
      input: { FunctionName: functionArn, InvocationType: "Event" },
    });
    expect(Buffer.from(call?.input.Payload, "base64").toString()).toBe(
      '{"time":"2026-01-01T00:01:00Z"}',
    );
  });

  it("leaves no occurrence out when time leaps", async () => {
    const { clock, create, times } = await start();
    await create("cron(0 3 * * ? *)");
    await clock.advance(72 * 60 * minute);
    expect(times()).toEqual([180, 1620, 3060]);
  });

  it("with a flexible window invokes its target somewhere in it, once for each occurrence", async () => {
    const { clock, create, calls, times } = await start();
    const FlexibleTimeWindow = { Mode: "FLEXIBLE", MaximumWindowInMinutes: 15 };
    await create(
      "rate(1 hour)",
      { FlexibleTimeWindow },
      { Input: "<aws.scheduler.scheduled-time>" },
    );
    await clock.advance(200 * minute);
    expect(times()).toHaveLength(4);
    for (const [i, at] of times().entries()) {
      expect(at).toBeGreaterThanOrEqual(1 + 60 * i);
      expect(at).toBeLessThan(16 + 60 * i);
    }
    expect(times().some((at) => !Number.isInteger(at))).toBe(true);
    expect(Buffer.from(calls[0]?.input.Payload, "base64").toString()).toBe("2026-01-01T00:01:00Z");
  });

  it("is an event of its own without an Input", async () => {
    const { clock, create, calls } = await start();
    await create("at(2026-01-01T01:00:00)");
    await clock.advance(120 * minute);
    expect(calls).toHaveLength(1);
    expect(JSON.parse(Buffer.from(calls[0]?.input.Payload, "base64").toString())).toMatchObject({
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      time: "2026-01-01T01:00:00Z",
      resources: [`arn:aws:scheduler:${base}:schedule/default/Sweep`],
    });
  });

  it("keeps to its start and its end, and may go when it is done", async () => {
    const { clock, create, times, scheduler } = await start();
    const StartDate = Date.UTC(2026, 0, 1, 0, 10) / 1000;
    await create("rate(10 minutes)", {
      StartDate,
      EndDate: StartDate + 1200,
      ActionAfterCompletion: "DELETE",
    });
    await clock.advance(120 * minute);
    expect(times()).toEqual([10, 20, 30]);
    await expect(scheduler("GetSchedule", { Name: "Sweep" })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      status: 404,
    });
  });

  it("that occurs once has no use for a start or an end", async () => {
    const { clock, create, times } = await start();
    const StartDate = Date.UTC(2026, 0, 2) / 1000;
    await create("at(2026-01-01T01:00:00)", { StartDate, EndDate: StartDate + 1 });
    await clock.advance(120 * minute);
    expect(times()).toEqual([60]);
  });

  it("that is created again with the same token is no conflict", async () => {
    const { clock, create, scheduler, times } = await start();
    const group = { Name: "mine", ClientToken: "1" };
    const created = await scheduler("CreateScheduleGroup", group);
    expect(await scheduler("CreateScheduleGroup", group)).toEqual(created);
    await expect(
      scheduler("CreateScheduleGroup", { ...group, ClientToken: "2" }),
    ).rejects.toMatchObject({ code: "ConflictException" });
    const first = await create("rate(5 minutes)", { ClientToken: "a" });
    await clock.advance(2 * minute);
    expect(await create("rate(5 minutes)", { ClientToken: "a" })).toEqual(first);
    await expect(create("rate(5 minutes)", { ClientToken: "b" })).rejects.toMatchObject({
      code: "ConflictException",
    });
    await clock.advance(5 * minute);
    expect(times()).toEqual([1, 6]);
  });

  it("rests while it is disabled, and changes when it is updated", async () => {
    const { clock, create, times, scheduler } = await start();
    await create("rate(1 minute)", { State: "DISABLED" });
    await clock.advance(10 * minute);
    const schedule = await scheduler("GetSchedule", { Name: "Sweep" });
    await scheduler("UpdateSchedule", {
      ...schedule,
      ScheduleExpression: "rate(2 minutes)",
      State: "ENABLED",
    });
    await clock.advance(4 * minute);
    expect(times()).toEqual([11, 13]);
    await scheduler("DeleteSchedule", { Name: "Sweep" });
    await clock.advance(10 * minute);
    expect(times()).toHaveLength(2);
  });

  it("is retried, then dead-lettered with AWS's attributes", async () => {
    const { clock, cloud, create, calls, failing, facts } = await start();
    const sqs = (operation: string, input: object) =>
      cloud.call({ caller: administrator, service: "sqs", operation, input });
    await sqs("CreateQueue", { QueueName: "Dead" });
    const Arn = `arn:aws:sqs:${base}:Dead`;
    await create(
      "at(2026-01-01T01:00:00)",
      {},
      { Input: "{}", DeadLetterConfig: { Arn }, RetryPolicy: { MaximumRetryAttempts: 1 } },
    );
    failing(() => {
      throw new AwsError("ServiceException", "Down.", 500);
    });
    await clock.advance(120 * minute);
    expect(calls).toHaveLength(2);
    const { Messages } = await sqs("ReceiveMessage", {
      QueueUrl: Arn,
      MessageAttributeNames: ["All"],
    });
    const text = (StringValue: string) => ({ DataType: "String", StringValue });
    expect(Messages[0].MessageAttributes).toMatchObject({
      SCHEDULE_ARN: text(`arn:aws:scheduler:${base}:schedule/default/Sweep`),
      TARGET_ARN: text(functionArn),
      SCHEDULED_TIME: text("2026-01-01T01:00:00Z"),
      ERROR_CODE: text("ERROR_FROM_TARGET"),
      RETRY_ATTEMPTS: text("1"),
      EXHAUSTED_RETRY_CONDITION: text("MaximumRetryAttempts"),
    });
    expect(facts.map(({ kind }) => kind)).toEqual(["scheduler.retry", "scheduler.dead-letter"]);
  });

  it("may send to a queue", async () => {
    const { clock, cloud, create } = await start();
    const sqs = (operation: string, input: object) =>
      cloud.call({ caller: administrator, service: "sqs", operation, input });
    const { QueueUrl } = await sqs("CreateQueue", { QueueName: "Work" });
    await create("rate(1 minute)", {}, { Arn: `arn:aws:sqs:${base}:Work`, Input: "go" });
    await clock.advance(minute);
    expect(await sqs("ReceiveMessage", { QueueUrl })).toMatchObject({ Messages: [{ Body: "go" }] });
  });

  it("is named once, in a group that exists", async () => {
    const { create, scheduler } = await start();
    await create("rate(1 minute)");
    await expect(create("rate(1 minute)")).rejects.toMatchObject({
      code: "ConflictException",
      status: 409,
    });
    await expect(create("rate(1 minute)", { GroupName: "no" })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
    await scheduler("CreateScheduleGroup", { Name: "mine" });
    await create("rate(1 minute)", { GroupName: "mine" });
    expect(await scheduler("ListSchedules", { GroupName: "mine" })).toMatchObject({
      Schedules: [{ Name: "Sweep", GroupName: "mine", State: "ENABLED" }],
    });
    await scheduler("DeleteScheduleGroup", { Name: "mine" });
    expect((await scheduler("ListSchedules")).Schedules).toHaveLength(1);
  });

  it("has a group with tags", async () => {
    const { scheduler } = await start();
    const tag = (Key: string, Value: string) => ({ Key, Value });
    const { ScheduleGroupArn: ResourceArn } = await scheduler("CreateScheduleGroup", {
      Name: "mine",
      Tags: [tag("a", "1")],
    });
    await scheduler("TagResource", { ResourceArn, Tags: [tag("a", "2"), tag("b", "3")] });
    const tags = () => scheduler("ListTagsForResource", { ResourceArn });
    expect(await tags()).toEqual({ Tags: [tag("a", "2"), tag("b", "3")] });
    await scheduler("UntagResource", { ResourceArn, TagKeys: ["a"] });
    expect(await tags()).toEqual({ Tags: [tag("b", "3")] });
    await scheduler("DeleteScheduleGroup", { Name: "mine" });
    await expect(tags()).rejects.toMatchObject({ code: "ResourceNotFoundException" });
  });

  it("is listed page by page, as its group is", async () => {
    const { create, scheduler } = await start();
    for (const Name of ["a", "b", "c"]) {
      await create("rate(1 minute)", { Name });
      await scheduler("CreateScheduleGroup", { Name });
    }
    const names = async (operation: string, list: string) => {
      const pages: string[][] = [];
      for (let NextToken: string | undefined; ; ) {
        const answer = await scheduler(operation, { MaxResults: 2, NextToken });
        pages.push(answer[list].map(({ Name }: { Name: string }) => Name));
        NextToken = answer.NextToken;
        if (!NextToken) return pages;
      }
    };
    expect(await names("ListSchedules", "Schedules")).toEqual([["a", "b"], ["c"]]);
    expect(await names("ListScheduleGroups", "ScheduleGroups")).toEqual([
      ["default", "a"],
      ["b", "c"],
    ]);
    await expect(scheduler("ListSchedules", { NextToken: "!" })).rejects.toThrow("NextToken");
    await expect(scheduler("ListSchedules", { MaxResults: 101 })).rejects.toThrow("MaxResults");
  });

  it("leaves nothing behind that occurs once and goes: a thousand leave as much as none", async () => {
    const { clock, cloud, create } = await start();
    const state = () =>
      [...cloud.keeper.parts].map(([name, part]) => [name, [...part.keys()].length]);
    const before = state();
    for (let n = 0; n < 1000; n += 1)
      await create(`at(2026-01-01T01:${String(n % 60).padStart(2, "0")}:00)`, {
        Name: `once-${n}`,
        ClientToken: `token-${n}`,
        ActionAfterCompletion: "DELETE",
      });
    await clock.advance(121 * minute);
    expect(state()).toEqual(before);
  });

  it.each([
    [{ Name: "x".repeat(65) }, {}, /'name' .* less than or equal to 64/],
    [{ Name: "a b" }, {}, /'name' .* regular expression pattern/],
    [{ GroupName: "x".repeat(65) }, {}, /'groupName' .* 64/],
    [{ ClientToken: "x".repeat(65) }, {}, /'clientToken' .* 64/],
    [{ Description: "x".repeat(513) }, {}, /'description' .* 512/],
    [{ ScheduleExpression: `rate(${"9".repeat(246)} days)` }, {}, /'scheduleExpression' .* 256/],
    [{ ScheduleExpressionTimezone: "x".repeat(51) }, {}, /'scheduleExpressionTimezone' .* 50/],
    [{ State: "ASLEEP" }, {}, /'state' .* enum value set: \[ENABLED, DISABLED\]/],
    [{ FlexibleTimeWindow: { Mode: "ON" } }, {}, /'flexibleTimeWindow.mode' .* \[OFF, FLEXIBLE\]/],
    [{ FlexibleTimeWindow: undefined }, {}, /null at 'flexibleTimeWindow' .* not be null/],
    [{ EndDate: 1e20 }, {}, /'endDate' .* less than or equal to/],
    [{}, { Arn: `${functionArn}${"x".repeat(1600)}` }, /'target.arn' .* 1600/],
    [{}, { RoleArn: undefined }, /null at 'target.roleArn'/],
    [{}, { Input: "" }, /'target.input' .* greater than or equal to 1/],
    [{}, { RetryPolicy: { MaximumEventAgeInSeconds: 59 } }, /to 60/],
  ])("is refused as AWS's model has it: %j %j", async (more, target, message) => {
    const { create } = await start();
    await expect(create("rate(1 minute)", more, target)).rejects.toThrow(message);
  });

  it("with a date that is none is refused, and never invoked without end", async () => {
    const { create, clock, times } = await start();
    for (const more of [{ StartDate: "soon" }, { EndDate: {} }])
      await expect(create("rate(1 minute)", more)).rejects.toMatchObject({
        code: "SerializationException",
        status: 400,
      });
    await create(`rate(${"9".repeat(240)} minutes)`, { StartDate: clock.now() / 1000 + 30 });
    await clock.advance(minute);
    expect(times()).toEqual([0.5]);
  });

  it.each([
    [/from 1 to 1440/, { FlexibleTimeWindow: { Mode: "FLEXIBLE" } }, {}],
    [
      /must not be specified/,
      { FlexibleTimeWindow: { Mode: "OFF", MaximumWindowInMinutes: 5 } },
      {},
    ],
    [
      /StartDate you specify cannot be earlier than 5 minutes ago/,
      { StartDate: Date.UTC(2025, 11, 31) / 1000 },
      {},
    ],
    [/aws-sdk:sns:publish/, {}, { Arn: "arn:aws:scheduler:::aws-sdk:sns:publish" }],
    [/EcsParameters/, {}, { EcsParameters: {} }],
    [/Invalid Schedule Expression never/, { ScheduleExpression: "never" }, {}],
  ])("is refused by name: %s", async (message, more, target) => {
    const { create } = await start();
    await expect(create("rate(1 minute)", more, target)).rejects.toThrow(message);
  });
});
