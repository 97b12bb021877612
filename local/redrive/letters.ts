import type { Message } from "@aws-sdk/client-sqs";

/** A message of a failure queue, read. */
export type Letter = {
  id: string;
  /** The receipt by which it is deleted or put back. */
  receipt: string;
  body: string;
  /** The body as JSON; undefined for what is none. */
  value: unknown;
  /** The id of the event in it, where there is one. */
  eventId?: string | undefined;
  what: string;
  reason: string;
  /** When it was first sent, in milliseconds since 1970: a queue's dead letters keep the time of their first queue. */
  sentAt: number;
  /** How often it was tried, as far as anybody counted. */
  attempts?: number | undefined;
  /** How often it was redriven before. */
  redrives: number;
};

/** What became of a letter: it went on, or it stays for a reason. */
export type Outcome = { done: true; how: string } | { done: false; why: string };

// biome-ignore lint/suspicious/noExplicitAny: whatever somebody sent
type Anything = any;

const parsed = (body: string): Anything => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const lastOf = (arn: unknown) => String(arn).split(/[/:]/).at(-1);

/** The table of a stream, by the stream's ARN. */
export const tableOf = (streamArn: string): string => streamArn.split("/")[1] ?? streamArn;

const whatOf = (value: Anything): string => {
  if (value === undefined) return "no JSON";
  if (value?.DDBStreamBatchInfo) {
    const { batchSize, streamArn } = value.DDBStreamBatchInfo;
    return `${batchSize} row${batchSize === 1 ? "" : "s"} of ${tableOf(String(streamArn))}`;
  }
  if (typeof value === "string") return lastOf(value) ?? value;
  const event = value?.detail ?? value?.envelope ?? value;
  const type = event?.type ?? value?.["detail-type"];
  const about = event?.aggregate?.id ?? event?.data?.orderId ?? lastOf(event?.executionArn ?? "");
  if (type) return [type, about && `of ${about}`].filter(Boolean).join(" ");
  const keys = Object.keys(value ?? {});
  return keys.length > 0 ? `{${keys.join(", ")}}` : "a run";
};

/** Why a queue's reader or its sender gave it up, in their own words. */
const reasonOf = (
  value: Anything,
  attribute: (name: string) => string | undefined,
  { Attributes }: Message,
): string => {
  const told = attribute("reason") ?? attribute("ErrorMessage");
  if (told) return told;
  const undelivered = attribute("ERROR_CODE");
  if (undelivered) return `${undelivered}: ${attribute("ERROR_MESSAGE") ?? "no message"}`;
  const { condition } = value?.requestContext ?? {};
  if (condition) return `its relay gave it up (${condition})`;
  if (Attributes?.DeadLetterQueueSourceArn)
    return "it was received again and again and never deleted: the log of its function says why";
  return "nobody said why";
};

const attemptsOf = (
  value: Anything,
  attribute: (name: string) => string | undefined,
  { Attributes }: Message,
) => {
  const retries = attribute("RETRY_ATTEMPTS");
  if (retries !== undefined) return Number(retries) + 1;
  if (value?.requestContext?.approximateInvokeCount)
    return Number(value.requestContext.approximateInvokeCount);
  // Only dead letters of a queue were received before they came here; this look counts, too.
  if (Attributes?.DeadLetterQueueSourceArn) return Number(Attributes.ApproximateReceiveCount) - 1;
  return undefined;
};

/** Reads a message as a person wants to hear of it. */
export const readLetter = (message: Message): Letter => {
  const { MessageId = "", ReceiptHandle = "", Body = "", Attributes, MessageAttributes } = message;
  const attribute = (name: string) => MessageAttributes?.[name]?.StringValue;
  const value = parsed(Body);
  return {
    id: MessageId,
    receipt: ReceiptHandle,
    body: Body,
    value,
    eventId: value?.detail?.id ?? value?.envelope?.id ?? value?.id,
    what: whatOf(value),
    reason: reasonOf(value, attribute, message),
    sentAt: Number(Attributes?.SentTimestamp),
    attempts: attemptsOf(value, attribute, message),
    redrives: Number(attribute("redrives") ?? 0),
  };
};

/** A letter with another body. */
export const withBody = (letter: Letter, body: string): Letter => ({
  ...letter,
  body,
  value: parsed(body),
});
