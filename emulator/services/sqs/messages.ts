import { createHash } from "node:crypto";
import { AwsError } from "../../kernel/engine.ts";
import { isObject } from "../../kernel/json.ts";

/** A message attribute as the wire carries it; binary values are base64. */
export type MessageAttribute = { DataType: string; StringValue?: string; BinaryValue?: string };

/** A message in a queue, as plain data. It never changes: another one takes its place. */
export type Message = {
  id: string;
  /** The name of the queue. */
  queue: string;
  body: string;
  md5: string;
  attributes?: Record<string, MessageAttribute>;
  traceHeader?: string;
  groupId?: string;
  sender: string;
  /** When it was first enqueued: a move to a dead-letter queue does not change it. */
  sentAt: number;
  /** Receives in every queue it has been in. */
  receives: number;
  /** Receives in this queue: what the redrive policy counts. */
  receivesHere: number;
  firstReceivedAt?: number;
  /** The latest receive: no visibility timeout goes more than twelve hours beyond it. */
  receivedAt?: number;
  /** Hidden before this moment: delayed when it was never received, in flight otherwise. */
  visibleAt: number;
  /** Which comes first of those that are visible from the same moment on. */
  place: number;
  /** The handle of the latest receive; older ones delete nothing. */
  receiptHandle?: string;
  /** Who has it, where that ends with this cloud (a function, not a client outside), until it is done with it. */
  holder?: string;
  /** The queue that gave up on it. */
  source?: string;
};

const wrongType = (name: string, wanted: string) =>
  new AwsError("SerializationException", `The member ${name} cannot be read as ${wanted}.`);

/** Whether text is as a pattern has it. Throws where it is no text. */
export const isText = (name: string, value: unknown, pattern: RegExp): boolean => {
  if (typeof value !== "string") throw wrongType(name, "a string");
  return pattern.test(value);
};

/** Whether a number, if there is one, is an integer in a range. Throws where it is no number. */
export const isWithin = (name: string, value: unknown, least: number, greatest: number) => {
  if (value === undefined || value === null) return true;
  if (typeof value !== "number") throw wrongType(name, "an integer");
  return Number.isInteger(value) && value >= least && value <= greatest;
};

/** Refuses an integer out of its range. */
export const checkRange = (name: string, value: unknown, least: number, greatest: number) => {
  if (!isWithin(name, value, least, greatest))
    throw invalidParameter(
      `Value ${value} for parameter ${name} is invalid. Reason: Must be >= ${least} and <= ${greatest}, if provided.`,
    );
};

/** The error that SQS answers for a parameter out of its range. */
export const invalidParameter = (message: string) => new AwsError("InvalidParameterValue", message);

/** The error that SQS answers for a parameter that is not there. */
export const missingParameter = (name: string) =>
  new AwsError("MissingParameter", `The request must contain the parameter ${name}.`);

/** The MD5 of a message's body, in hex, as SDKs check it. */
export const md5 = (text: string) => createHash("md5").update(text, "utf8").digest("hex");

/** The MD5 of message attributes: names in order, each with type and value, every part length-prefixed. */
export const md5OfAttributes = (attributes: Record<string, MessageAttribute>) => {
  const hash = createHash("md5");
  const part = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const { DataType, StringValue, BinaryValue } = attributes[name] as MessageAttribute;
    part(Buffer.from(name));
    part(Buffer.from(DataType));
    const binary = DataType.startsWith("Binary");
    hash.update(Buffer.from([binary ? 2 : 1]));
    part(binary ? Buffer.from(BinaryValue ?? "", "base64") : Buffer.from(StringValue ?? ""));
  }
  return hash.digest("hex");
};

/** The length of a text, and of what is none nothing: it is refused, but not here. */
const bytesOf = (value: unknown, encoding: BufferEncoding = "utf8") =>
  typeof value === "string" ? Buffer.byteLength(value, encoding) : 0;

/** What counts against the size limit: the body and its attributes, in bytes. */
export const sizeOf = (entry: {
  MessageBody?: string;
  MessageAttributes?: Record<string, MessageAttribute>;
}) => {
  let size = bytesOf(entry.MessageBody);
  for (const [name, attribute] of Object.entries(entry.MessageAttributes ?? {}))
    size +=
      bytesOf(name) +
      bytesOf(attribute?.DataType) +
      bytesOf(attribute?.StringValue) +
      bytesOf(attribute?.BinaryValue, "base64");
  return size;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that AWS refuses
const refused = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** Refuses a body that is missing or carries characters that SQS does not take. */
export const checkBody = (body: unknown) => {
  if (body === undefined || body === null || body === "") throw missingParameter("MessageBody");
  if (typeof body !== "string") throw wrongType("MessageBody", "a string");
  if (refused.test(body))
    throw new AwsError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    );
};

/** Refuses attributes that are not made of text. */
export const checkTypes = (attributes: Record<string, MessageAttribute>) => {
  if (!isObject(attributes)) throw wrongType("MessageAttributes", "a map");
  for (const [name, attribute] of Object.entries(attributes)) {
    if (!isObject(attribute)) throw wrongType(name, "a structure");
    for (const member of ["DataType", "StringValue", "BinaryValue"] as const)
      if (!["string", "undefined"].includes(typeof (attribute[member] ?? undefined)))
        throw wrongType(`${name}.${member}`, "a string");
  }
};

/** Refuses message attributes that SQS would refuse: their number, names, types and empty values. */
export const checkAttributes = (attributes: Record<string, MessageAttribute> = {}) => {
  const count = isObject(attributes) ? Object.keys(attributes).length : 0;
  if (count > 10)
    throw invalidParameter(
      `Number of message attributes [${count}] exceeds the allowed maximum [10].`,
    );
  checkTypes(attributes);
  for (const [name, attribute] of Object.entries(attributes)) {
    if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name))
      throw invalidParameter(
        "Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores. ",
      );
    if (/^(aws|amazon)\.|^\.|\.$/i.test(name))
      throw invalidParameter(
        "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.",
      );
    const base = /^(String|Number|Binary)(\.|$)/.exec(attribute.DataType ?? "")?.[1];
    if (!base)
      throw invalidParameter(
        `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
      );
    const value = base === "Binary" ? attribute.BinaryValue : attribute.StringValue;
    if (!value)
      throw invalidParameter(
        `Message (user) attribute '${name}' must contain a non-empty value of type '${base}'.`,
      );
    if (base === "Number" && !Number.isFinite(Number(value)))
      throw invalidParameter(
        `Can't cast the value of message (user) attribute '${name}' to a number.`,
      );
  }
};

/** Which attributes a receive asks for. */
export type Wanted = {
  AttributeNames?: string[];
  MessageSystemAttributeNames?: string[];
  MessageAttributeNames?: string[];
};

/** Says of a name whether it is among those that a receive asks for: however many, each is read once. */
const among = (wanted: readonly string[]): ((name: string) => boolean) => {
  const names = new Set(wanted);
  if (names.has("All") || names.has(".*")) return () => true;
  const beginnings = new Set(
    [...names].filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -2)),
  );
  if (beginnings.size === 0) return (name) => names.has(name);
  const begins = (name: string) => {
    for (let end = 1; end <= name.length; end += 1)
      if (beginnings.has(name.slice(0, end))) return true;
    return false;
  };
  return (name) => names.has(name) || begins(name);
};

/** What a receive asks for, of the system's attributes and of the sender's. */
export const wantedBy = (input: Wanted) => {
  const { MessageSystemAttributeNames = [], AttributeNames = [] } = input;
  const system = new Set([...MessageSystemAttributeNames, ...AttributeNames]);
  return {
    system: (name: string) => system.has("All") || system.has(name),
    sent: among(input.MessageAttributeNames ?? []),
  };
};

/** A message as ReceiveMessage answers it, with the attributes that were asked for. */
export const shown = (message: Message, wants: ReturnType<typeof wantedBy>) => {
  const all: Record<string, string | undefined> = {
    SenderId: message.sender,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    AWSTraceHeader: message.traceHeader,
    MessageGroupId: message.groupId,
    DeadLetterQueueSourceArn: message.source,
  };
  const Attributes = Object.fromEntries(
    Object.entries(all).filter(([name, value]) => value && wants.system(name)),
  );
  const MessageAttributes = Object.fromEntries(
    Object.entries(message.attributes ?? {}).filter(([name]) => wants.sent(name)),
  );
  const has = (record: object) => Object.keys(record).length > 0;
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(has(Attributes) && { Attributes }),
    ...(has(MessageAttributes) && {
      MessageAttributes,
      MD5OfMessageAttributes: md5OfAttributes(MessageAttributes),
    }),
  };
};
