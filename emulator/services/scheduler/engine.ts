import type { Timer } from "../../kernel/clock.ts";
import {
  AwsError,
  type Caller,
  type Engine,
  notEmulated,
  type World,
} from "../../kernel/engine.ts";
import { pageOf } from "../../kernel/paging.ts";
import { uuid } from "../../kernel/uuid.ts";
import {
  callOf,
  createDeliveries,
  type RetryPolicy,
  type Shipment,
} from "../eventbridge/delivery.ts";
import { occurrences } from "./expressions.ts";
import { withLimits } from "./limits.ts";

type Target = {
  Arn: string;
  RoleArn: string;
  Input?: string;
  RetryPolicy?: RetryPolicy;
  DeadLetterConfig?: { Arn?: string };
  SqsParameters?: { MessageGroupId?: string };
};

/** A schedule, as plain data: what CreateSchedule was given, with AWS's defaults. It never changes. */
type Schedule = {
  Arn: string;
  Name: string;
  GroupName: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  State: "ENABLED" | "DISABLED";
  Target: Target;
  FlexibleTimeWindow: { Mode: string; MaximumWindowInMinutes?: number };
  ActionAfterCompletion: "NONE" | "DELETE";
  Description?: string;
  StartDate?: number;
  EndDate?: number;
  KmsKeyArn?: string;
  CreationDate: number;
  LastModificationDate: number;
};

/** The next occurrence of a schedule, and when in its flexible window its target is invoked. */
type Next = { due: number; at: number };

/** An occurrence on its way to the target that the schedule had then. */
type Occurrence = Pick<Schedule, "Name" | "Arn" | "Target"> & { due: number; execution: string };

type Tag = { Key: string; Value: string };
type Group = { Name: string; Arn: string; State: string; CreationDate: number };

const validation = (message: string) => new AwsError("ValidationException", message);
const notFound = (what: string) =>
  new AwsError("ResourceNotFoundException", `${what} does not exist.`, 404);
const conflict = (what: string) =>
  new AwsError("ConflictException", `${what} already exists.`, 409);

const parameters = new Set(
  "Arn RoleArn Input RetryPolicy DeadLetterConfig SqsParameters".split(" "),
);

const checkWindow = ({ Mode, MaximumWindowInMinutes: most }: Schedule["FlexibleTimeWindow"]) => {
  if (Mode === "OFF" && most === undefined) return;
  if (Mode === "OFF")
    throw validation("MaximumWindowInMinutes must not be specified when the mode is OFF.");
  if (most === undefined || !Number.isInteger(most) || most < 1 || most > 1440)
    throw validation("MaximumWindowInMinutes must be from 1 to 1440 when the mode is FLEXIBLE.");
};

const checkTarget = (target: Target) => {
  for (const [name, value] of Object.entries(target))
    if (value !== undefined && !parameters.has(name))
      throw notEmulated("scheduler", `the parameter ${name} of a target`);
  if (!callOf(target.Arn, "", { name: () => "" }))
    throw notEmulated("scheduler", `targets such as ${target.Arn}`);
};

const isOnce = (expression: string) => expression.startsWith("at(");

/** A page of a list, as the MaxResults and NextToken of a call want it. */
const paged = <T>(all: readonly T[], input: { MaxResults?: number; NextToken?: string }) => {
  const { MaxResults = 100, NextToken } = input;
  if (!Number.isInteger(MaxResults) || MaxResults < 1 || MaxResults > 100)
    throw validation(`Parameter MaxResults is not valid: ${MaxResults} is not from 1 to 100.`);
  const { page, next } = pageOf(all, MaxResults, NextToken, () => validation("Invalid NextToken."));
  return { page, ...(next && { NextToken: next }) };
};

/**
 * EventBridge Scheduler. Only the next occurrence of a schedule is ever pending, as a decision whose label begins
 * with "schedule ": nothing else pending means that nothing is left to do. A rate that has no StartDate starts
 * one minute after the schedule was made (AWS: within the first minute).
 */
export const schedulerEngine = (world: World): Engine => {
  const { clock, account, region, keep, trace } = world;
  /** With which token something was created, by its ARN: who creates it again with that hears of no conflict. */
  const tokens = keep.map<string>("scheduler.tokens");
  const groups = keep.map<Group>("scheduler.groups");
  const schedules = keep.map<Schedule>("scheduler.schedules");
  const tags = keep.map<Tag[]>("scheduler.tags");
  const nexts = keep.map<Next>("scheduler.next");
  const timers = new Map<string, Timer>();

  const arnOf = (kind: string, path: string) =>
    `arn:aws:scheduler:${region}:${account}:${kind}/${path}`;
  const addGroup = (Name: string): Group => {
    const CreationDate = clock.now() / 1000;
    const group = { Name, Arn: arnOf("schedule-group", Name), State: "ACTIVE", CreationDate };
    groups.set(Name, group);
    return group;
  };
  addGroup("default");

  const keyOf = ({ GroupName = "default", Name }: { GroupName?: string; Name: string }) =>
    `${GroupName}/${Name}`;
  const require = (input: { GroupName?: string; Name: string }) => {
    const schedule = schedules.get(keyOf(input));
    if (!schedule) throw notFound(`Schedule ${input.Name}`);
    return schedule;
  };
  const requireGroup = (name: string) => {
    const group = groups.get(name);
    if (!group) throw notFound(`Schedule group ${name}`);
    return group;
  };
  type Tokened = { ClientToken?: string };
  const isRetry = (arn: string, { ClientToken }: Tokened) =>
    ClientToken !== undefined && tokens.get(arn) === ClientToken;
  const remember = (arn: string, { ClientToken }: Tokened) => {
    if (ClientToken) tokens.set(arn, ClientToken);
  };
  /** Only groups have tags. */
  const tagsOf = (arn: string): Tag[] => {
    if (![...groups.values()].some(({ Arn }) => Arn === arn)) throw notFound(`Resource ${arn}`);
    return tags.get(arn) ?? [];
  };
  const when = (schedule: Schedule) =>
    occurrences(
      schedule.ScheduleExpression,
      (schedule.StartDate ?? schedule.LastModificationDate + 60) * 1000,
      schedule.ScheduleExpressionTimezone,
    );

  const disarm = (key: string) => {
    timers.get(key)?.cancel();
    timers.delete(key);
  };
  const forget = (schedule: Schedule) => {
    const key = keyOf(schedule);
    disarm(key);
    nexts.delete(key);
    tokens.delete(schedule.Arn);
    schedules.delete(key);
  };
  const arm = (schedule: Schedule, next: Next) => {
    const key = keyOf(schedule);
    const go = () => {
      // `after` is the occurrence before, so that none is left out when time passes in leaps.
      plan(schedule, next.due);
      const { Name, Arn, Target } = schedule;
      const execution = uuid(clock, `schedule execution ${schedule.Arn}`);
      const { seq } = trace.write({
        kind: "schedule",
        name: Name,
        due: next.due,
        cause: undefined,
      });
      trace.under(seq, () => deliveries.add({ Name, Arn, Target, due: next.due, execution }));
    };
    const wait = Math.max(0, next.at - clock.now());
    timers.set(key, clock.after(wait, `schedule ${schedule.Name}`, go));
  };
  /** Sets the next occurrence after a moment, if there is one. */
  const plan = (schedule: Schedule, after: number) => {
    const key = keyOf(schedule);
    disarm(key);
    nexts.delete(key);
    if (schedule.State === "DISABLED") return;
    // What occurs only once has no use for a start and an end.
    const { StartDate, EndDate } = isOnce(schedule.ScheduleExpression) ? {} : schedule;
    const from = StartDate === undefined ? after : Math.max(after, StartDate * 1000 - 1);
    const due = when(schedule).next(from);
    if (due === undefined || (EndDate !== undefined && due > EndDate * 1000)) {
      if (schedule.ActionAfterCompletion === "DELETE") forget(schedule);
      return;
    }
    const window = (schedule.FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) * 60_000;
    const next = {
      due,
      at:
        due +
        (window > 0 ? Math.floor(clock.random(`schedule window ${schedule.Arn}`) * window) : 0),
    };
    nexts.set(key, next);
    arm(schedule, next);
  };

  const shipmentOf = ({ Name, Arn, Target, due, execution }: Occurrence): Shipment => {
    const caller: Caller = { name: `schedule ${Name}`, role: Target.RoleArn, source: Arn };
    const time = new Date(due).toISOString().replace(/\.\d+Z$/, "Z");
    const input = (retries: number) =>
      (
        Target.Input ??
        JSON.stringify({
          version: "0",
          id: execution,
          "detail-type": "Scheduled Event",
          source: "aws.scheduler",
          account,
          time,
          region,
          resources: [Arn],
          detail: "{}",
        })
      )
        .replaceAll("<aws.scheduler.schedule-arn>", Arn)
        .replaceAll("<aws.scheduler.scheduled-time>", time)
        .replaceAll("<aws.scheduler.execution-id>", execution)
        .replaceAll("<aws.scheduler.attempt-number>", String(retries + 1));
    return {
      label: `scheduler deliver ${Name}`,
      fact: { schedule: Name, target: Target.Arn, executionId: execution, scheduledTime: time },
      async send(retries) {
        const call = callOf(Target.Arn, input(retries), {
          name: () => uuid(clock, `schedule name ${Arn}`),
          group: Target.SqsParameters?.MessageGroupId,
        });
        return call && world.call({ caller, ...call });
      },
      retryPolicy: Target.RetryPolicy,
      deadLetters: Target.DeadLetterConfig?.Arn
        ? {
            arn: Target.DeadLetterConfig.Arn,
            caller,
            body: () => input(0),
            attributes: {
              SCHEDULE_ARN: Arn,
              TARGET_ARN: Target.Arn,
              SCHEDULED_TIME: time,
              EXECUTION_ID: execution,
              IS_PAYLOAD_TRUNCATED: "false",
            },
          }
        : undefined,
    };
  };
  const deliveries = createDeliveries(world, "scheduler", shipmentOf);

  // biome-ignore lint/suspicious/noExplicitAny: a request as the caller sent it
  const scheduleFrom = (input: any, created?: number): Schedule => {
    const { Name, GroupName = "default", FlexibleTimeWindow } = input;
    checkWindow(FlexibleTimeWindow);
    requireGroup(GroupName);
    checkTarget(input.Target);
    const now = clock.now() / 1000;
    const schedule: Schedule = {
      Arn: arnOf("schedule", `${GroupName}/${Name}`),
      Name,
      GroupName,
      ScheduleExpression: input.ScheduleExpression,
      ScheduleExpressionTimezone: input.ScheduleExpressionTimezone ?? "UTC",
      State: input.State ?? "ENABLED",
      Target: {
        ...structuredClone(input.Target),
        RetryPolicy: {
          MaximumEventAgeInSeconds: 86_400,
          MaximumRetryAttempts: 185,
          ...input.Target.RetryPolicy,
        },
      },
      FlexibleTimeWindow: { ...FlexibleTimeWindow },
      ActionAfterCompletion: input.ActionAfterCompletion ?? "NONE",
      Description: input.Description,
      StartDate: input.StartDate,
      EndDate: input.EndDate,
      KmsKeyArn: input.KmsKeyArn,
      CreationDate: created ?? now,
      LastModificationDate: now,
    };
    when(schedule);
    return schedule;
  };
  const put = (schedule: Schedule) => {
    schedules.set(keyOf(schedule), schedule);
    plan(schedule, clock.now());
    return { ScheduleArn: schedule.Arn };
  };

  return {
    service: "scheduler",
    operations: withLimits({
      CreateSchedule(input) {
        const schedule = scheduleFrom(input);
        const { Arn: ScheduleArn, Name, StartDate, ScheduleExpression } = schedule;
        if (schedules.has(keyOf(schedule))) {
          if (isRetry(ScheduleArn, input)) return { ScheduleArn };
          throw conflict(`Schedule ${Name}`);
        }
        if (StartDate && StartDate < clock.now() / 1000 - 300 && !isOnce(ScheduleExpression))
          throw validation("The StartDate you specify cannot be earlier than 5 minutes ago.");
        remember(ScheduleArn, input);
        return put(schedule);
      },
      UpdateSchedule: (input) => put(scheduleFrom(input, require(input).CreationDate)),
      GetSchedule: (input) => structuredClone(require(input)),
      DeleteSchedule(input) {
        forget(require(input));
        return {};
      },
      ListSchedules({ GroupName, NamePrefix = "", State, ...input }) {
        const wanted = [...schedules.values()].filter(
          (schedule) =>
            (!GroupName || schedule.GroupName === GroupName) &&
            (!State || schedule.State === State) &&
            schedule.Name.startsWith(NamePrefix),
        );
        const { page, ...more } = paged(wanted, input);
        const Schedules = page.map((schedule) => ({
          Arn: schedule.Arn,
          Name: schedule.Name,
          GroupName: schedule.GroupName,
          State: schedule.State,
          CreationDate: schedule.CreationDate,
          LastModificationDate: schedule.LastModificationDate,
          Target: { Arn: schedule.Target.Arn },
        }));
        return { Schedules, ...more };
      },
      CreateScheduleGroup(input) {
        const { Name, Tags } = input;
        const known = groups.get(Name);
        if (known && !isRetry(known.Arn, input)) throw conflict(`Schedule group ${Name}`);
        if (known) return { ScheduleGroupArn: known.Arn };
        const { Arn } = addGroup(Name);
        remember(Arn, input);
        if (Tags) tags.set(Arn, Tags);
        return { ScheduleGroupArn: Arn };
      },
      GetScheduleGroup: ({ Name }) => ({ ...requireGroup(Name) }),
      ListScheduleGroups({ NamePrefix = "", ...input }) {
        const wanted = [...groups.values()].filter(({ Name }) => Name.startsWith(NamePrefix));
        const { page, ...more } = paged(wanted, input);
        return { ScheduleGroups: page, ...more };
      },
      DeleteScheduleGroup({ Name }) {
        if (Name === "default") throw validation("Cannot delete the default schedule group.");
        for (const schedule of [...schedules.values()])
          if (schedule.GroupName === Name) forget(schedule);
        const { Arn } = requireGroup(Name);
        tags.delete(Arn);
        tokens.delete(Arn);
        groups.delete(Name);
        return {};
      },
      TagResource({ ResourceArn, Tags }) {
        const all = new Map([...tagsOf(ResourceArn), ...Tags].map((tag: Tag) => [tag.Key, tag]));
        tags.set(ResourceArn, [...all.values()]);
        return {};
      },
      UntagResource({ ResourceArn, TagKeys }) {
        tags.set(
          ResourceArn,
          tagsOf(ResourceArn).filter(({ Key }) => !TagKeys.includes(Key)),
        );
        return {};
      },
      ListTagsForResource: ({ ResourceArn }) => ({ Tags: tagsOf(ResourceArn) }),
    }),
    stop() {
      for (const key of [...timers.keys()]) disarm(key);
      deliveries.stop();
    },
    resume() {
      for (const [key, schedule] of [...schedules]) {
        const next = nexts.get(key);
        if (!next) continue;
        // What was missed is not made up for, except what occurs only once.
        if (next.at >= clock.now() || isOnce(schedule.ScheduleExpression)) arm(schedule, next);
        else plan(schedule, clock.now());
      }
      deliveries.resume();
    },
  };
};
