import * as z from "zod";
import type { Item } from "../services/dynamodb/items.ts";
import type { StreamSettings, TableSettings, Token } from "../services/dynamodb/store.ts";
import type { Bus, Rule } from "../services/eventbridge/registry.ts";
import type { Email } from "../services/ses/email.ts";
import type { Message } from "../services/sqs/messages.ts";
import type { Queue } from "../services/sqs/queues.ts";
import type { HistoryEvent } from "../services/stepfunctions/history-event.ts";
import type { Machine } from "../services/stepfunctions/machines.ts";

/** What an entry of a part may be, and its key where that says something. */
export type PartShape = { key?: RegExp; value: z.ZodType };

/** The shapes of parts by their names. */
export type PartShapes = Readonly<Record<string, PartShape>>;

/** The last millisecond that a date can be of. */
const LAST_MS = 8.64e15;

const text = z.string();
const flag = z.boolean();
const count = z.int().min(0);
const ms = z.number().min(-LAST_MS).max(LAST_MS);
const seconds = z
  .number()
  .min(-LAST_MS / 1000)
  .max(LAST_MS / 1000);
const anything = z.unknown();
const object = z.looseObject({});
const texts = z.record(text, text);
const opt = z.optional;

const isText = (value: unknown) => typeof value === "string";
const isNumber = (value: unknown) =>
  typeof value === "string" && /^-?\d{1,200}(\.\d{1,200})?(E[+-]?\d{1,4})?$/i.test(value);
const all = (is: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(is);
const isMap = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isAttribute);

/** What an attribute's one member holds, by its name. */
const kinds: Record<string, (value: unknown) => boolean> = {
  S: isText,
  N: isNumber,
  B: isText,
  BOOL: (value) => typeof value === "boolean",
  NULL: (value) => value === true,
  SS: all(isText),
  NS: all(isNumber),
  BS: all(isText),
  L: (value) => all(isAttribute)(value),
  M: isMap,
};

const isAttribute = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return false;
  const [[kind, inner] = ["", undefined], ...more] = Object.entries(value);
  return more.length === 0 && Object.hasOwn(kinds, kind) && kinds[kind]?.(inner) === true;
};

const item: z.ZodType<Item> = z.custom<Item>(isMap);
const keyParts = z
  .array(z.object({ name: text, type: z.enum(["S", "N", "B"]) }))
  .min(1)
  .max(2);
const throughput = z.object({ ReadCapacityUnits: count, WriteCapacityUnits: count });
const table = z.object({
  ...{ name: text, id: text, createdAt: seconds, keys: keyParts },
  definitions: z.array(z.object({ AttributeName: text, AttributeType: text })),
  indexes: z.array(
    z.object({
      ...{ name: text, global: flag, keys: keyParts, included: z.array(text) },
      projection: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]),
    }),
  ),
  billing: z.enum(["PAY_PER_REQUEST", "PROVISIONED"]),
  ...{ throughput, indexThroughput: z.record(text, throughput) },
  ...{ streamArn: opt(text), streaming: flag, expiryAttribute: opt(text) },
  ...{ recovery: flag, protection: flag, tableClass: opt(text), tags: texts },
  encryption: opt(z.object({ Enabled: opt(flag), SSEType: opt(text), KMSMasterKeyId: opt(text) })),
}) satisfies z.ZodType<TableSettings>;
const stream = z.object({
  ...{ arn: text, label: text, table: text, keys: keyParts, createdAt: seconds, closedAt: opt(ms) },
  view: z.enum(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]),
}) satisfies z.ZodType<StreamSettings>;
const record = z.object({
  ...{ at: ms, event: z.enum(["INSERT", "MODIFY", "REMOVE"]), size: count, expired: opt(flag) },
  ...{ fresh: opt(item), old: opt(item), key: opt(item) },
});
const token = z.object({
  ...{ fingerprint: z.number(), until: ms, readUnits: z.record(text, z.number()) },
}) satisfies z.ZodType<Token>;

const attribute = z.object({ DataType: text, StringValue: opt(text), BinaryValue: opt(text) });
const queue = z.object({
  ...{ name: text, arn: text, createdAt: ms, modifiedAt: ms, attributes: texts, tags: texts },
  purgedAt: opt(ms),
}) satisfies z.ZodType<Queue>;
const message = z.object({
  ...{ id: text, queue: text, body: text, md5: text, attributes: opt(z.record(text, attribute)) },
  ...{ traceHeader: opt(text), groupId: opt(text), sender: text, sentAt: ms, receives: count },
  ...{ receivesHere: count, firstReceivedAt: opt(ms), receivedAt: opt(ms), visibleAt: ms },
  ...{ place: z.number(), receiptHandle: opt(text), holder: opt(text), source: opt(text) },
}) satisfies z.ZodType<Message>;
const moveTask = z.object({
  ...{ id: text, source: text, destination: opt(text), perSecond: opt(z.number().min(1)) },
  status: z.enum(["RUNNING", "COMPLETED", "CANCELLING", "CANCELLED", "FAILED"]),
  ...{ startedAt: ms, toMove: count, moved: count, dueAt: ms, failure: opt(text) },
});

const bus = z.object({
  ...{ name: text, arn: text, description: opt(text), kmsKey: opt(text), deadLetters: opt(object) },
  ...{ statements: z.array(z.looseObject({ Sid: text })), createdAt: ms, modifiedAt: ms },
}) satisfies z.ZodType<Bus>;
const retryPolicy = z.object({
  ...{ MaximumRetryAttempts: opt(count), MaximumEventAgeInSeconds: opt(count) },
});
const target = z.looseObject({
  ...{ Arn: text, RoleArn: opt(text), Input: opt(text), RetryPolicy: opt(retryPolicy) },
  DeadLetterConfig: opt(z.object({ Arn: opt(text) })),
  SqsParameters: opt(z.object({ MessageGroupId: opt(text) })),
});
const rule = z.object({
  ...{ name: text, arn: text, bus: text, pattern: text, enabled: flag, description: opt(text) },
  ...{ role: opt(text), targets: z.array(z.looseObject({ ...target.shape, Id: text })) },
}) satisfies z.ZodType<Omit<Rule, "targets">>;
const archive = z.object({
  ...{ name: text, arn: text, busArn: text, description: opt(text), pattern: opt(text) },
  ...{ retentionDays: count, createdAt: ms },
});
const replay = z.object({
  ...{ name: text, arn: text, archiveArn: text, description: opt(text), from: ms, to: ms },
  destination: z.object({ Arn: text, FilterArns: opt(z.array(text)) }),
  state: z.enum(["STARTING", "RUNNING", "CANCELLING", "COMPLETED", "CANCELLED", "FAILED"]),
  ...{ reason: opt(text), next: count, end: count, startedAt: ms, endedAt: opt(ms) },
  lastReplayed: opt(ms),
});
const pack = z.object({
  ...{ count: count.min(1).max(10_000), keptFrom: ms, keptTo: ms, from: ms, to: ms, lines: text },
  bytes: count,
});
const delivery = z.object({
  ...{ goods: object, retries: count, dueAt: ms, deadline: ms },
  end: opt(z.object({ code: text, message: text, exhausted: opt(text), tries: count })),
});

const machine = z.object({
  ...{ arn: text, name: text, definition: text, roleArn: text, creationDate: seconds },
  ...{ revisionId: opt(text), deleting: flag, logging: anything, tracing: anything, tags: texts },
}) satisfies z.ZodType<Machine>;
const historyEvent = z.looseObject({
  ...{ timestamp: seconds, type: text, id: count.min(1), previousEventId: count },
}) satisfies z.ZodType<HistoryEvent>;
const status = z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]);
const state = text;
const visit = z.looseObject({
  ...{ state, enteredAt: ms, entered: count, before: count, tries: z.array(count) },
  ...{ retryCount: count, due: opt(ms), outcome: opt(object) },
  task: opt(
    z.looseObject({
      ...{ token: opt(text), open: flag, scheduled: opt(count), name: opt(text), child: opt(text) },
      ...{ timeoutAt: opt(ms), heartbeat: opt(z.number()), beatDue: opt(ms), submitted: opt(flag) },
      answer: opt(object),
    }),
  ),
  children: opt(
    z.object({
      ...{
        count: count.max(100_000),
        items: z.array(anything),
        results: z.array(anything),
        started: count,
      },
      ...{ ended: count, failures: count, tolerated: opt(z.number()), free: z.array(count) },
    }),
  ),
});
const thread = z.looseObject({
  ...{ id: count, parent: opt(z.object({ thread: count, index: count })) },
  path: z.array(z.object({ state, branch: count })),
  ...{ variables: object, item: opt(z.looseObject({ Index: count })), last: count, step: count },
  ...{ entering: opt(z.looseObject({ state })), visit: opt(visit) },
});
const ended = { startDate: seconds, error: opt(text), cause: opt(text), redriveDate: opt(seconds) };
const execution = z.object({
  ...{ arn: text, name: text, machineArn: text, machineName: text, roleArn: text, ...ended },
  ...{ revisionId: opt(text), definition: text, input: text, status, stopDate: opt(seconds) },
  ...{ output: opt(text), redriveCount: count, redriveToken: opt(text), traceHeader: opt(text) },
  ...{ threads: z.record(z.string().regex(/^\d{1,9}$/), thread), threadCount: count },
  waiters: z.array(z.object({ execution: text, thread: count })),
});
const summary = z.object({
  ...{ status, ...ended, stopDate: seconds, redriveCount: opt(count), input: opt(text) },
});
const errand = z.object({
  ...{ label: text, caller: object, service: text, operation: text, input: object },
  about: z.object({ execution: text, status: opt(text) }),
});

const statement = z.looseObject({ Effect: z.enum(["Allow", "Deny"]) });
const changes = z.object({
  ...{ timeout: z.number(), memory: z.number(), modified: ms },
  variables: z.record(text, z.nullable(text)),
});
const pendingEvent = z.object({
  ...{ functionName: text, requestId: text, payload: text, since: ms, failures: count },
  ...{ throttles: count, dueAt: ms },
});
const mapping = z.object({
  ...{ id: text, enabled: flag, modified: ms },
  settings: z.looseObject({ EventSourceArn: text, FunctionName: text, BatchSize: opt(count) }),
  fn: z.looseObject({ name: text, arn: text, role: text }),
});
const position = z.object({
  ...{ at: opt(text), after: opt(text) },
  lanes: z.array(z.object({ done: opt(text), failing: opt(object) })),
});
const invokeConfig = z.looseObject({
  ...{ MaximumRetryAttempts: opt(count), MaximumEventAgeInSeconds: opt(count), LastModified: ms },
});

const schedule = z.object({
  ...{ Arn: text, Name: text, GroupName: text, Description: opt(text), KmsKeyArn: opt(text) },
  ...{ ScheduleExpression: text, ScheduleExpressionTimezone: text, Target: target },
  State: z.enum(["ENABLED", "DISABLED"]),
  FlexibleTimeWindow: z.object({ Mode: text, MaximumWindowInMinutes: opt(count) }),
  ActionAfterCompletion: z.enum(["NONE", "DELETE"]),
  ...{ StartDate: opt(ms), EndDate: opt(ms), CreationDate: ms, LastModificationDate: ms },
});
const group = z.object({ Name: text, Arn: text, State: text, CreationDate: ms });

const email = z.object({
  ...{ id: text, time: ms, from: text, to: z.array(text), cc: z.array(text), bcc: z.array(text) },
  ...{ subject: text, text: opt(text), html: opt(text), tags: texts },
}) satisfies z.ZodType<Email>;
const kind = z.enum(["BOUNCE", "COMPLAINT"]);
const destination = z.object({ types: z.array(kind), bus: text });

const numbered = /#\d{1,15}$/;

/** What the entries of the engines' own parts may be: what somebody else wrote is held against it before it is put there. */
export const partShapes: PartShapes = {
  "dynamodb.tables": { value: table },
  "dynamodb.rows": { value: item },
  "dynamodb.streams": { value: stream },
  "dynamodb.records": { key: /\D\d{1,15}$/, value: record },
  "dynamodb.tokens": { value: token },
  "dynamodb.sweeps": { value: z.object({ first: seconds, at: ms }) },
  "sqs.queues": { value: queue },
  "sqs.messages": { value: message },
  "sqs.moveTasks": { value: moveTask },
  "events.buses": { value: bus },
  "events.rules": { value: rule },
  "events.tags": { value: texts },
  "events.deliveries": { value: delivery },
  "events.archives": { value: archive },
  "events.archived": { key: numbered, value: z.object({ keptAt: ms, time: ms, text }) },
  "events.archive-packs": { key: numbered, value: pack },
  "events.replays": { value: replay },
  "states.definitions": { value: text },
  "states.machines": { value: machine },
  "states.histories": { key: numbered, value: historyEvent },
  "states.executions": { value: execution },
  "states.closed": { value: summary },
  "states.errands": { value: errand },
  "lambda.changes": { value: changes },
  "lambda.concurrency": { value: count },
  "lambda.eventInvokeConfigs": { value: invokeConfig },
  "lambda.policies": { value: z.array(statement) },
  "lambda.events": { value: pendingEvent },
  "lambda.mappings": { value: mapping },
  "lambda.positions": { value: position },
  "lambda.results": { value: text },
  "scheduler.tokens": { value: text },
  "scheduler.groups": { value: group },
  "scheduler.schedules": { value: schedule },
  "scheduler.tags": { value: z.array(z.object({ Key: text, Value: text })) },
  "scheduler.next": { value: z.object({ due: ms, at: ms }) },
  "scheduler.deliveries": { value: delivery },
  "ses.configuration-sets": {
    value: z.object({ name: text, destinations: z.record(text, destination) }),
  },
  "ses.feedback": { value: z.object({ kind, set: text, email, recipient: text }) },
  "ses.emails": { value: email },
  "iam.policies": { value: z.array(text) },
};
