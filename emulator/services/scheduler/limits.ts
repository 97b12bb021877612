import type { Engine } from "../../kernel/engine.ts";
import { type Constraints, limited } from "../eventbridge/constraints.ts";

/*
 * What AWS's API model allows (https://docs.aws.amazon.com/scheduler/latest/APIReference), by operation and member.
 */

const name = { required: true, length: [1, 64], pattern: "[0-9a-zA-Z-_.]+" } as const;
const arn = { length: [1, 1600] } as const;
/** Seconds since 1970, as far as a Date goes. */
const time = { range: [-8.64e12, 8.64e12] } as const;
const token = { length: [1, 64], pattern: "[a-zA-Z0-9-_]+" } as const;
const tags: Constraints = {
  Tags: { kind: "list" },
  "Tags[].Key": { required: true, length: [1, 128] },
  "Tags[].Value": { required: true, length: [1, 256] },
};

const schedule: Constraints = {
  Name: name,
  GroupName: { ...name, required: undefined },
  ClientToken: token,
  Description: { length: [0, 512] },
  ScheduleExpression: { required: true, length: [1, 256] },
  ScheduleExpressionTimezone: { length: [1, 50] },
  StartDate: time,
  EndDate: time,
  KmsKeyArn: { length: [1, 2048] },
  State: { oneOf: ["ENABLED", "DISABLED"] },
  ActionAfterCompletion: { oneOf: ["NONE", "DELETE"] },
  FlexibleTimeWindow: { required: true, kind: "map" },
  "FlexibleTimeWindow.Mode": { required: true, oneOf: ["OFF", "FLEXIBLE"] },
  Target: { required: true, kind: "map" },
  "Target.Arn": { required: true, ...arn },
  "Target.RoleArn": { required: true, ...arn },
  "Target.Input": { length: [1, Number.POSITIVE_INFINITY] },
  "Target.DeadLetterConfig.Arn": arn,
  "Target.RetryPolicy.MaximumRetryAttempts": { range: [0, 185] },
  "Target.RetryPolicy.MaximumEventAgeInSeconds": { range: [60, 86_400] },
  "Target.SqsParameters.MessageGroupId": { length: [1, 128] },
};

const byOperation: Record<string, Constraints> = {
  CreateSchedule: schedule,
  UpdateSchedule: schedule,
  CreateScheduleGroup: { Name: name, ClientToken: token, ...tags },
  TagResource: tags,
};

/** Operations that refuse what AWS's API model does not allow. */
export const withLimits = (operations: Engine["operations"]) => limited(operations, byOperation);
