import { AwsError } from "../../kernel/engine.ts";
import { isObject } from "../../kernel/json.ts";

/** What a member is: a text, a number, a list of texts; a structure, a list of them, a map of them; a map of texts. */
type Kind = "text" | "number" | "texts" | "map" | "maps" | "mapOfMaps" | "textMap";

/** Members whose type every service that has them agrees on. What is not named here is left to the engines. */
const named: Record<Kind, string> = {
  text: `Action ArchiveName Arn Cause Charset Data DataType Description Detail DetailType EmailIdentity EventBusName EventPattern
    EventSourceToken ExclusiveStartShardId FromEmailAddress FunctionName GroupName Handler Id Input InputPath InputTemplate
    InvocationType Marker MessageBody MessageDeduplicationId MessageGroupId Mode Name NamePrefix NextToken Pattern Principal
    Qualifier QueueName QueueNamePrefix QueueUrl ReceiptHandle ReceiveRequestAttemptId ReplayName Role Rule Runtime
    ScheduleExpression ScheduleExpressionTimezone SequenceNumber ShardId ShardIterator ShardIteratorType Source StartingPosition
    State StatementId StreamArn StringValue TableName TraceHeader UUID cause definition error input name nextToken
    output statusFilter traceHeader`,
  number: `BatchSize DelaySeconds Limit MaxNumberOfMessages MaxNumberOfMessagesPerSecond MaxResults MaximumBatchingWindowInSeconds
    MaximumConcurrency MaximumEventAgeInSeconds MaximumRecordAgeInSeconds MaximumRetryAttempts MaximumWindowInMinutes MemorySize
    ParallelizationFactor ReservedConcurrentExecutions RetentionDays Timeout VisibilityTimeout WaitTimeSeconds maxResults`,
  texts: `AttributeNames BccAddresses CcAddresses FilterArns FunctionResponseTypes Ids MessageAttributeNames
    MessageSystemAttributeNames ReplyToAddresses Resources TagKeys ToAddresses tagKeys`,
  map: `Content DeadLetterConfig Destination DestinationConfig Environment FilterCriteria FlexibleTimeWindow InputTransformer RetryPolicy ScalingConfig
    SqsParameters Target`,
  maps: "Entries Filters Targets",
  mapOfMaps: "MessageAttributes MessageSystemAttributes",
  textMap: "Attributes InputPathsMap OnFailure OnSuccess Variables",
};
const kinds = new Map(
  Object.entries(named).flatMap(([kind, names]) =>
    names.split(/\s+/).map((name) => [name, kind as Kind] as const),
  ),
);
const kindOf = (name: string): Kind | undefined =>
  kinds.get(name) ?? (/[a-z]Arn$|TaskHandle$|taskToken$/.test(name) ? "text" : undefined);

const typeOf = (value: unknown) =>
  Array.isArray(value) ? "list" : typeof value === "object" ? "map" : typeof value;

const starts: Record<string, string> = {
  list: "Start of list found where not expected.",
  map: "Start of structure or map found where not expected.",
};
const tokens: Record<string, string> = { number: "NUMBER", string: "STRING" };

const refuse = (message: string) => new AwsError("SerializationException", message);

/** What AWS says of a value that is no text, or no number. */
const misplaced = (value: unknown, wanted: "String" | "Integer") => {
  const type = typeOf(value);
  const token = typeof value === "boolean" ? String(value).toUpperCase() : tokens[type];
  return refuse(starts[type] ?? `${token}_VALUE cannot be converted to ${wanted}`);
};

const text = (value: unknown) => {
  if (typeof value !== "string") throw misplaced(value, "String");
  return value;
};
const map = (value: unknown) => {
  if (!isObject(value)) throw refuse("Expected map or null");
  return value;
};
const list = (value: unknown): unknown[] => {
  if (!Array.isArray(value)) throw refuse("Expected list or null");
  return value.filter((entry) => entry !== null);
};
/** What is null is not there; each other value is read. Most are as they should be: the whole is copied only for one that is not. */
const eachRead = (
  members: Record<string, unknown>,
  read: (value: unknown, name: string) => unknown,
): Record<string, unknown> => {
  let all = members;
  for (const name of Object.keys(members)) {
    const value = members[name];
    const now = value === null ? undefined : read(value, name);
    if (now === value) continue;
    if (all === members) all = { ...members };
    if (value === null) delete all[name];
    else all[name] = now;
  }
  return all;
};
const eachOf = (value: unknown, read: (inner: unknown) => unknown) =>
  eachRead(map(value), (inner) => read(inner));

const readers: Record<Kind, (value: unknown) => unknown> = {
  text,
  number: (value) => {
    if (typeof value !== "number") throw misplaced(value, "Integer");
    return value;
  },
  texts: (value) => list(value).map(text),
  map: (value) => readMembers(map(value)),
  maps: (value) => list(value).map((entry) => readMembers(map(entry))),
  mapOfMaps: (value) => eachOf(value, (inner) => readMembers(map(inner))),
  textMap: (value) => eachOf(value, text),
};

/** An input as AWS reads it: what is null is not there, and what has another type than it should is refused. */
export const readMembers = (input: Record<string, unknown>): Record<string, unknown> =>
  eachRead(input, (value, name) => {
    const kind = kindOf(name);
    return kind ? readers[kind](value) : value;
  });
