import { deepEqual, equal } from "node:assert/strict";
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { claimsOf, refused } from "./claim.ts";
import type { Lab } from "./lab.ts";
import { createQueue } from "./sqs.ts";

const guide = "https://docs.aws.amazon.com/scheduler/latest/UserGuide";
const api = "https://docs.aws.amazon.com/scheduler/latest/APIReference";

const schedule = async (lab: Lab, more: Partial<CreateScheduleCommandInput> = {}) => {
  const Name = lab.unique("schedule");
  const queue = await createQueue(lab);
  const input: CreateScheduleCommandInput = {
    Name,
    ScheduleExpression: "rate(1 day)",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: queue.arn, RoleArn: lab.role, Input: '{"hello":"there"}' },
    ...more,
  };
  await lab.scheduler.send(new CreateScheduleCommand(input));
  const remove = () => lab.scheduler.send(new DeleteScheduleCommand({ Name }));
  if (!more.ActionAfterCompletion) lab.later(remove);
  const get = () => lab.scheduler.send(new GetScheduleCommand({ Name }));
  return { Name, input, queue, get };
};

/** What EventBridge Scheduler documents. */
export const schedulerClaims = claimsOf(
  "scheduler",
  [
    {
      name: "once",
      claim: "A one-time schedule calls its target with its input, and goes away where asked to",
      doc: `${guide}/managing-schedule-delete.html`,
      async run(lab: Lab) {
        const soon = new Date(Date.now() + 3000).toISOString().slice(0, 19);
        const { queue, get } = await schedule(lab, {
          ScheduleExpression: `at(${soon})`,
          ActionAfterCompletion: "DELETE",
        });
        const body = await lab.eventually(async () => (await queue.receive())[0]?.Body, 30);
        deepEqual(JSON.parse(body), { hello: "there" });
        await lab.eventually(() =>
          get().then(
            () => false,
            (error: Error) => error.name === "ResourceNotFoundException",
          ),
        );
      },
    },
    {
      name: "exists",
      claim: "A name is given once in a group",
      doc: `${api}/API_CreateSchedule.html`,
      async run(lab: Lab) {
        const { input } = await schedule(lab);
        const again = new CreateScheduleCommand({ ...input, ClientToken: undefined });
        await refused(lab.scheduler.send(again), "ConflictException");
      },
    },
    {
      name: "defaults",
      claim:
        "A schedule is enabled, in UTC and in the group default, and is tried 185 times in a day",
      doc: `${api}/API_CreateSchedule.html`,
      async run(lab: Lab) {
        const { get } = await schedule(lab);
        const { State, ScheduleExpressionTimezone, GroupName, Target } = await get();
        deepEqual(
          [State, ScheduleExpressionTimezone, GroupName, Target?.RetryPolicy],
          [
            "ENABLED",
            "UTC",
            "default",
            { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          ],
        );
      },
    },
    {
      name: "update-replaces",
      claim: "UpdateSchedule replaces everything: what it does not name is the default again",
      doc: `${api}/API_UpdateSchedule.html`,
      async run(lab: Lab) {
        const { input, get } = await schedule(lab, { Description: "old" });
        const { Description: _old, ...rest } = input;
        await lab.scheduler.send(
          new UpdateScheduleCommand({ ...rest, ScheduleExpression: "rate(2 days)" }),
        );
        const { Description, ScheduleExpression } = await get();
        deepEqual([Description, ScheduleExpression], [undefined, "rate(2 days)"]);
      },
    },
    {
      name: "expression",
      claim: "An expression that says no time is refused",
      doc: `${guide}/schedule-types.html`,
      async run(lab: Lab) {
        for (const ScheduleExpression of [
          "soon",
          "rate(0 days)",
          "cron(* * * * * *)",
          "at(2030-02-30T12:00:00)",
        ])
          await refused(schedule(lab, { ScheduleExpression }), "ValidationException");
      },
    },
    {
      name: "time-zone",
      claim: "A cron expression may have a time zone; one that does not exist is refused",
      doc: `${guide}/schedule-types.html`,
      async run(lab: Lab) {
        const ScheduleExpression = "cron(30 2 * * ? *)";
        const at = (ScheduleExpressionTimezone: string) =>
          schedule(lab, { ScheduleExpression, ScheduleExpressionTimezone });
        const { get } = await at("Europe/Berlin");
        equal((await get()).ScheduleExpressionTimezone, "Europe/Berlin");
        await refused(at("Europe/Nowhere"), "ValidationException");
      },
    },
    {
      name: "far-away",
      claim: "A cron expression may speak of any year up to 2199",
      doc: `${guide}/schedule-types.html`,
      async run(lab: Lab) {
        const ScheduleExpression = "cron(59 23 31 12 ? 2199)";
        const { get } = await schedule(lab, { ScheduleExpression });
        equal((await get()).ScheduleExpression, ScheduleExpression);
        await refused(
          schedule(lab, { ScheduleExpression: "cron(0 0 1 1 ? 2200)" }),
          "ValidationException",
        );
      },
    },
    {
      name: "lengths",
      claim:
        "A schedule's name and its group's have at most 64 characters, its expression 256, its description 512",
      doc: `${api}/API_CreateSchedule.html`,
      async run(lab: Lab) {
        for (const more of [
          { Name: "x".repeat(65) },
          { GroupName: "x".repeat(65) },
          { ScheduleExpression: `rate(${"1".repeat(246)} days)` },
          { Description: "x".repeat(513) },
        ])
          await refused(schedule(lab, more), "ValidationException", /length less than/);
      },
    },
    {
      name: "no-schedule",
      claim: "A schedule that does not exist is named as such",
      doc: `${api}/API_GetSchedule.html`,
      async run(lab: Lab) {
        const get = new GetScheduleCommand({ Name: lab.unique("none") });
        await refused(lab.scheduler.send(get), "ResourceNotFoundException");
      },
    },
    {
      name: "list-pages",
      claim: "Schedules are listed by the beginning of their name, in pages",
      doc: `${api}/API_ListSchedules.html`,
      async run(lab: Lab) {
        const names = [(await schedule(lab)).Name, (await schedule(lab)).Name].toSorted();
        const [NamePrefix = ""] = /^conformance-\w+-schedule/.exec(names[0] ?? "") ?? [];
        const found: (string | undefined)[] = [];
        let NextToken: string | undefined;
        do {
          const list = new ListSchedulesCommand({ NamePrefix, MaxResults: 1, NextToken });
          const page = await lab.scheduler.send(list);
          found.push(...(page.Schedules ?? []).map(({ Name }) => Name));
          NextToken = page.NextToken;
        } while (NextToken);
        deepEqual(
          names.filter((name) => found.includes(name)),
          names,
        );
      },
    },
    {
      name: "flexible",
      claim: "A schedule may run anywhere within a window",
      doc: `${guide}/managing-schedule-flexible-time-windows.html`,
      async run(lab: Lab) {
        const FlexibleTimeWindow = { Mode: "FLEXIBLE" as const, MaximumWindowInMinutes: 5 };
        await schedule(lab, { FlexibleTimeWindow });
      },
    },
  ].map((claim) => ({ ...claim, needsRole: true as const })),
);
