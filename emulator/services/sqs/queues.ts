import { AwsError, notEmulated } from "../../kernel/engine.ts";
import { isObject } from "../../kernel/json.ts";
import { isShallow } from "../../kernel/nesting.ts";
import { invalidParameter } from "./messages.ts";

/** A queue without its messages, as plain data. It never changes: another one takes its place. */
export type Queue = {
  name: string;
  arn: string;
  createdAt: number;
  modifiedAt: number;
  /** What was set, as strings; `attributeOf` adds the defaults. */
  attributes: Record<string, string>;
  tags: Record<string, string>;
  purgedAt?: number;
};

/** Where messages go that were received too often. */
export type RedrivePolicy = { deadLetterTargetArn: string; maxReceiveCount: number };

/** The largest message, and the largest batch, in bytes. */
export const maximumMessageSize = 1_048_576;

/** The numeric attributes with their default, least and greatest value. */
const numbers = new Map<string, [fallback: number, least: number, greatest: number]>(
  Object.entries({
    VisibilityTimeout: [30, 0, 43_200],
    DelaySeconds: [0, 0, 900],
    MessageRetentionPeriod: [345_600, 60, 1_209_600],
    ReceiveMessageWaitTimeSeconds: [0, 0, 20],
    MaximumMessageSize: [maximumMessageSize, 1024, maximumMessageSize],
    KmsDataKeyReusePeriodSeconds: [300, 60, 86_400],
  }),
);

const texts = new Set([
  "Policy",
  "RedrivePolicy",
  "RedriveAllowPolicy",
  "KmsMasterKeyId",
  "SqsManagedSseEnabled",
]);

/** The value of a numeric attribute of a queue, with AWS's default. */
export const attributeOf = (queue: Queue, name: string): number =>
  Number(queue.attributes[name] ?? numbers.get(name)?.[0]);

/** Every attribute that GetQueueAttributes reports of a queue's settings. */
export const settingsOf = (queue: Queue): Record<string, string> => ({
  VisibilityTimeout: "30",
  DelaySeconds: "0",
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
  MaximumMessageSize: String(maximumMessageSize),
  ...(queue.attributes.KmsMasterKeyId
    ? { KmsDataKeyReusePeriodSeconds: "300", SqsManagedSseEnabled: "false" }
    : { SqsManagedSseEnabled: "true" }),
  ...queue.attributes,
});

/** What GetQueueAttributes may be asked for; those of FIFO queues, no other queue has. */
const readable = new Set([
  "All",
  ...numbers.keys(),
  ...texts,
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "QueueArn",
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
]);

const unknownAttribute = (name: string) =>
  new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);

/** Refuses names of attributes that no queue has. */
export const checkAttributeNames = (names: string[]) => {
  for (const name of names) if (!readable.has(name)) throw unknownAttribute(name);
};

const policies = new WeakMap<Queue, RedrivePolicy>();

/** The redrive policy of a queue, if it has one. */
export const redrivePolicyOf = (queue: Queue): RedrivePolicy | undefined => {
  const text = queue.attributes.RedrivePolicy;
  if (!text) return undefined;
  const known = policies.get(queue);
  if (known) return known;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text);
  const policy = { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
  policies.set(queue, policy);
  return policy;
};

const invalidValue = (name: string) =>
  new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);

const parsed = (name: string, text: string): Record<string, unknown> => {
  try {
    const value = JSON.parse(text);
    if (isObject(value) && isShallow(value, 8)) return value;
  } catch {
    // Answered below, as AWS does: an invalid policy is an invalid attribute.
  }
  throw invalidValue(name);
};

const checkRedrivePolicy = (
  text: string,
  source: string,
  find: (arn: string) => Queue | undefined,
) => {
  const policy = parsed("RedrivePolicy", text);
  const refuse = (reason: string) =>
    invalidParameter(`Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`);
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  if (typeof deadLetterTargetArn !== "string")
    throw refuse("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  if (maxReceiveCount === undefined)
    throw refuse("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
  if (typeof maxReceiveCount !== "number" && typeof maxReceiveCount !== "string")
    throw refuse(
      "Invalid value for maxReceiveCount, valid values are from 1 to 1000 both inclusive.",
    );
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw refuse(
      `Invalid value for maxReceiveCount: ${maxReceiveCount}, valid values are from 1 to 1000 both inclusive.`,
    );
  const target = find(deadLetterTargetArn);
  if (!target) throw refuse("Dead letter target does not exist.");
  const allow = target.attributes.RedriveAllowPolicy;
  const { redrivePermission = "allowAll", sourceQueueArns = [] } = allow ? JSON.parse(allow) : {};
  const allowed =
    redrivePermission === "allowAll" ||
    (redrivePermission === "byQueue" && sourceQueueArns.includes(source));
  if (!allowed)
    throw refuse(
      `Queue ${source} does not have permissions to use ${deadLetterTargetArn} as a dead letter queue.`,
    );
};

const checkRedriveAllowPolicy = (text: string) => {
  const { redrivePermission, sourceQueueArns } = parsed("RedriveAllowPolicy", text);
  const queues = Array.isArray(sourceQueueArns) ? sourceQueueArns.length : 0;
  const valid =
    redrivePermission === "byQueue"
      ? queues >= 1 && queues <= 10
      : (redrivePermission === "allowAll" || redrivePermission === "denyAll") && queues === 0;
  if (!valid) throw invalidValue("RedriveAllowPolicy");
};

/** Refuses what is no policy at all; what of one is not evaluated here is refused by name elsewhere. */
const checkPolicy = (text: string) => {
  const { Statement } = parsed("Policy", text);
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  for (const statement of statements)
    if (!isObject(statement) || (statement.Effect !== "Allow" && statement.Effect !== "Deny"))
      throw invalidValue("Policy");
};

/** Refuses queue attributes that SQS would refuse; `source` is the ARN of the queue that they are for. */
export const checkQueueAttributes = (
  attributes: Record<string, string>,
  source: string,
  find: (arn: string) => Queue | undefined,
) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value !== "string")
      throw new AwsError("SerializationException", `The attribute ${name} cannot be read as text.`);
    const range = numbers.get(name);
    if (range) {
      const number = Number(value);
      if (!/^\d+$/.test(value) || number < range[1] || number > range[2]) throw invalidValue(name);
    } else if (name === "FifoQueue" && value === "true") {
      throw notEmulated("sqs", "FIFO queues (the attribute FifoQueue)");
    } else if (!texts.has(name)) {
      throw unknownAttribute(name);
    } else if (value === "") {
      // Takes the attribute away.
    } else if (name === "RedrivePolicy") {
      checkRedrivePolicy(value, source, find);
    } else if (name === "RedriveAllowPolicy") {
      checkRedriveAllowPolicy(value);
    } else if (name === "Policy") {
      checkPolicy(value);
    } else if (name === "SqsManagedSseEnabled" && !["true", "false"].includes(value)) {
      throw invalidValue(name);
    }
  }
};
