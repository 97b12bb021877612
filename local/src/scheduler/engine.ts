import type { Timer } from "../clock.ts";
import { AwsError, type Caller, type Engine, notEmulated, type World } from "../engine.ts";
import { callOf, deliver, type RetryPolicy } from "../eventbridge/delivery.ts";
import { uuid } from "../uuid.ts";
import { occurrences } from "./expressions.ts";

type Target = {
  Arn: string;
  RoleArn: string;
  Input?: string;
  RetryPolicy?: RetryPolicy;
  DeadLetterConfig?: { Arn?: string };
  SqsParameters?: { MessageGroupId?: string };
};

/** A schedule, as plain data: what CreateSchedule was given, with AWS's defaults. */
type Schedule = {
  Arn: string;
  Name: string;
  GroupName: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  State: "ENABLED" | "DISABLED";
  Target: Target;
  FlexibleTimeWindow: { Mode: string };
  ActionAfterCompletion: "NONE" | "DELETE";
  Description?: string;
  StartDate?: number;
  EndDate?: number;
  KmsKeyArn?: string;
  CreationDate: number;
  LastModificationDate: number;
};

type Group = { Name: string; Arn: string; State: string; CreationDate: number };

const validation = (message: string) => new AwsError("ValidationException", message);
const notFound = (what: string) =>
  new AwsError("ResourceNotFoundException", `${what} does not exist.`, 404);
const conflict = (what: string) =>
  new AwsError("ConflictException", `${what} already exists.`, 409);

const parameters = new Set(
  "Arn RoleArn Input RetryPolicy DeadLetterConfig SqsParameters".split(" "),
);
/** The longest wait that a timer of the wall clock takes. */
const longest = 2 ** 31 - 1;

const checkTarget = (target: Target) => {
  if (!target?.Arn || !target.RoleArn)
    throw validation("Parameter Target is not valid: Arn and RoleArn are required.");
  for (const [name, value] of Object.entries(target))
    if (value !== undefined && !parameters.has(name))
      throw notEmulated("scheduler", `the parameter ${name} of a target`);
  if (!callOf(target.Arn, "", { name: () => "" }))
    throw notEmulated("scheduler", `targets such as ${target.Arn}`);
  const { MaximumRetryAttempts: attempts = 0, MaximumEventAgeInSeconds: age = 60 } =
    target.RetryPolicy ?? {};
  if (!(attempts >= 0 && attempts <= 185 && age >= 60 && age <= 86_400))
    throw validation("Parameter RetryPolicy of the target is not valid.");
};

/**
 * EventBridge Scheduler. Only the next occurrence of a schedule is ever pending, as a decision whose label begins
 * with "schedule ": nothing else pending means that nothing is left to do. A rate that has no StartDate starts
 * one minute after the schedule was made (AWS: within the first minute).
 */
export const schedulerEngine = (world: World): Engine => {
  const { clock, account, region } = world;
  const schedules = new Map<string, Schedule>();
  const timers = new Map<string, Timer>();
  const groups = new Map<string, Group>();

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
    disarm(keyOf(schedule));
    schedules.delete(keyOf(schedule));
  };
  /** `after` is the occurrence before, so that none is left out when time passes in leaps. */
  const arm = (schedule: Schedule, after: number) => {
    const key = keyOf(schedule);
    disarm(key);
    if (schedule.State === "DISABLED") return;
    const from =
      schedule.StartDate === undefined ? after : Math.max(after, schedule.StartDate * 1000 - 1);
    const due = when(schedule).next(from);
    if (due === undefined || (schedule.EndDate !== undefined && due > schedule.EndDate * 1000)) {
      if (schedule.ActionAfterCompletion === "DELETE") forget(schedule);
      return;
    }
    const wait = due - clock.now();
    const task = () => {
      if (wait > longest) return arm(schedule, after);
      arm(schedule, due);
      run(schedule, due);
    };
    timers.set(key, clock.after(Math.min(wait, longest), `schedule ${schedule.Name}`, task));
  };

  const run = ({ Name, Arn, Target }: Schedule, due: number): void => {
    const caller: Caller = { name: `schedule ${Name}`, role: Target.RoleArn };
    const execution = uuid(clock.random);
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
    deliver(world, {
      label: `scheduler deliver ${Name}`,
      kind: "scheduler",
      fact: { schedule: Name, target: Target.Arn, executionId: execution, scheduledTime: time },
      async send(retries) {
        const call = callOf(Target.Arn, input(retries), {
          name: () => uuid(clock.random),
          group: Target.SqsParameters?.MessageGroupId,
        });
        return call && world.call({ caller, ...call });
      },
      retryPolicy: Target.RetryPolicy,
      deadLetters: Target.DeadLetterConfig?.Arn
        ? {
            arn: Target.DeadLetterConfig.Arn,
            caller,
            body: input(0),
            attributes: {
              SCHEDULE_ARN: Arn,
              TARGET_ARN: Target.Arn,
              SCHEDULED_TIME: time,
              EXECUTION_ID: execution,
              IS_PAYLOAD_TRUNCATED: "false",
            },
          }
        : undefined,
    });
  };

  // biome-ignore lint/suspicious/noExplicitAny: a request as the caller sent it
  const scheduleFrom = (input: any, created?: number): Schedule => {
    const { Name, GroupName = "default", FlexibleTimeWindow } = input;
    if (!Name || !/^[0-9a-zA-Z\-_.]{1,64}$/.test(Name))
      throw validation(`Parameter Name is not valid: ${Name}`);
    if (!FlexibleTimeWindow?.Mode)
      throw validation("Parameter FlexibleTimeWindow is not valid: Mode is required.");
    if (FlexibleTimeWindow.Mode !== "OFF")
      throw notEmulated("scheduler", `the mode ${FlexibleTimeWindow.Mode} of FlexibleTimeWindow`);
    requireGroup(GroupName);
    checkTarget(input.Target);
    const now = clock.now() / 1000;
    const schedule: Schedule = {
      Arn: arnOf("schedule", `${GroupName}/${Name}`),
      Name,
      GroupName,
      ScheduleExpression: String(input.ScheduleExpression ?? ""),
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
      FlexibleTimeWindow: { Mode: "OFF" },
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
    arm(schedule, clock.now());
    return { ScheduleArn: schedule.Arn };
  };

  return {
    service: "scheduler",
    operations: {
      CreateSchedule(input) {
        const schedule = scheduleFrom(input);
        if (schedules.has(keyOf(schedule))) throw conflict(`Schedule ${schedule.Name}`);
        return put(schedule);
      },
      UpdateSchedule: (input) => put(scheduleFrom(input, require(input).CreationDate)),
      GetSchedule: (input) => structuredClone(require(input)),
      DeleteSchedule(input) {
        forget(require(input));
        return {};
      },
      ListSchedules({ GroupName, NamePrefix = "", State }) {
        const Schedules = [...schedules.values()]
          .filter(
            (schedule) =>
              (!GroupName || schedule.GroupName === GroupName) &&
              (!State || schedule.State === State) &&
              schedule.Name.startsWith(NamePrefix),
          )
          .map((schedule) => ({
            Arn: schedule.Arn,
            Name: schedule.Name,
            GroupName: schedule.GroupName,
            State: schedule.State,
            CreationDate: schedule.CreationDate,
            LastModificationDate: schedule.LastModificationDate,
            Target: { Arn: schedule.Target.Arn },
          }));
        return { Schedules };
      },
      CreateScheduleGroup({ Name }) {
        if (!Name || !/^[0-9a-zA-Z\-_.]{1,64}$/.test(Name))
          throw validation(`Parameter Name is not valid: ${Name}`);
        if (groups.has(Name)) throw conflict(`Schedule group ${Name}`);
        return { ScheduleGroupArn: addGroup(Name).Arn };
      },
      GetScheduleGroup: ({ Name }) => ({ ...requireGroup(Name) }),
      ListScheduleGroups: ({ NamePrefix = "" }) => ({
        ScheduleGroups: [...groups.values()].filter(({ Name }) => Name.startsWith(NamePrefix)),
      }),
      DeleteScheduleGroup({ Name }) {
        requireGroup(Name);
        if (Name === "default") throw validation("Cannot delete the default schedule group.");
        for (const schedule of [...schedules.values()])
          if (schedule.GroupName === Name) forget(schedule);
        groups.delete(Name);
        return {};
      },
    },
    stop() {
      for (const key of [...timers.keys()]) disarm(key);
    },
  };
};
