import type { Engine } from "../../kernel/engine.ts";
import { type Constraints, limited } from "./constraints.ts";

/*
 * What AWS's API model allows (https://docs.aws.amazon.com/eventbridge/latest/APIReference), by operation and member.
 */

const name = { required: true, length: [1, 64], pattern: "[\\.\\-_A-Za-z0-9]+" } as const;
const arn = { length: [1, 1600] } as const;
const description = { length: [0, 512] } as const;
const eventPattern = { length: [0, 4096] } as const;
const tags: Constraints = {
  Tags: { kind: "list" },
  "Tags[].Key": { required: true, length: [1, 128] },
  "Tags[].Value": { required: true, length: [0, 256] },
};
const archive: Constraints = {
  ArchiveName: { ...name, length: [1, 48] },
  Description: description,
  EventPattern: eventPattern,
  RetentionDays: { range: [0, 2 ** 31 - 1] },
};

const byOperation: Record<string, Constraints> = {
  CreateEventBus: {
    Name: { required: true, length: [1, 256], pattern: "[/\\.\\-_A-Za-z0-9]+" },
    Description: description,
    KmsKeyIdentifier: { length: [0, 2048] },
    "DeadLetterConfig.Arn": arn,
    ...tags,
  },
  PutRule: {
    Name: name,
    Description: description,
    EventPattern: eventPattern,
    ScheduleExpression: { length: [0, 256] },
    RoleArn: arn,
    EventBusName: arn,
    ...tags,
  },
  PutTargets: {
    Rule: name,
    EventBusName: arn,
    Targets: { required: true, kind: "list", length: [1, 100] },
    "Targets[]": { kind: "map" },
    "Targets[].Id": name,
    "Targets[].Arn": { required: true, ...arn },
    "Targets[].RoleArn": arn,
    "Targets[].Input": { length: [0, 8192] },
    "Targets[].InputPath": { length: [0, 256] },
    "Targets[].InputTransformer": { kind: "map" },
    "Targets[].InputTransformer.InputPathsMap": { kind: "map", length: [0, 100] },
    "Targets[].InputTransformer.InputPathsMap<>": {
      length: [1, 256],
      pattern: "[A-Za-z0-9\\_\\-]+",
    },
    "Targets[].InputTransformer.InputPathsMap{}": { length: [0, 256] },
    "Targets[].InputTransformer.InputTemplate": { required: true, length: [1, 8192] },
    "Targets[].DeadLetterConfig.Arn": arn,
    "Targets[].RetryPolicy.MaximumRetryAttempts": { range: [0, 185] },
    "Targets[].RetryPolicy.MaximumEventAgeInSeconds": { range: [60, 86_400] },
  },
  PutPermission: {
    StatementId: { length: [1, 64], pattern: "[a-zA-Z0-9-_]+" },
    Action: { length: [1, 64], pattern: "events:[a-zA-Z]+" },
    Principal: { length: [1, 12], pattern: "(\\d{12}|\\*)" },
  },
  CreateArchive: { ...archive, EventSourceArn: { required: true, ...arn } },
  UpdateArchive: archive,
  StartReplay: {
    ReplayName: name,
    Description: description,
    EventSourceArn: { required: true, ...arn },
  },
  TestEventPattern: {
    EventPattern: { required: true, ...eventPattern },
    Event: { required: true },
  },
  PutEvents: {
    Entries: { required: true, kind: "list", length: [1, 10] },
    "Entries[]": { kind: "map" },
    "Entries[].Resources": { kind: "list" },
    "Entries[].Resources[]": {},
    "Entries[].Source": {},
    "Entries[].DetailType": {},
    "Entries[].Detail": {},
    "Entries[].EventBusName": arn,
  },
  RemoveTargets: {
    Rule: name,
    EventBusName: arn,
    Ids: { required: true, kind: "list", length: [1, 100] },
  },
  ...Object.fromEntries(
    ["DescribeRule", "EnableRule", "DisableRule", "DeleteRule"].map((operation) => [
      operation,
      { Name: name, EventBusName: arn },
    ]),
  ),
  ListRules: { NamePrefix: { length: [1, 64] }, EventBusName: arn },
  ListTargetsByRule: { Rule: name, EventBusName: arn },
  ListRuleNamesByTarget: { TargetArn: { required: true, ...arn }, EventBusName: arn },
  DescribeEventBus: { Name: arn },
  DeleteEventBus: { Name: { required: true, length: [1, 256], pattern: "[/\\.\\-_A-Za-z0-9]+" } },
  TagResource: { ResourceARN: { required: true, ...arn }, ...tags },
  UntagResource: {
    ResourceARN: { required: true, ...arn },
    TagKeys: { required: true, kind: "list" },
  },
  ListTagsForResource: { ResourceARN: { required: true, ...arn } },
};

/** Operations that refuse what AWS's API model does not allow. */
export const withLimits = (operations: Engine["operations"]) => limited(operations, byOperation);
