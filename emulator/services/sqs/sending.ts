import type { Caller, World } from "../../kernel/engine.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { Fresh } from "./message-store.ts";
import {
  checkAttributes,
  checkBody,
  checkTypes,
  invalidParameter,
  isText,
  isWithin,
  type MessageAttribute,
  md5,
  md5OfAttributes,
  sizeOf,
} from "./messages.ts";
import { attributeOf, type Queue } from "./queues.ts";

/** What SendMessage says of a message, and each entry of SendMessageBatch. */
export type Send = {
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: Record<string, MessageAttribute>;
  MessageSystemAttributes?: Record<string, MessageAttribute>;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
};

const groupId = /^[\x21-\x7e]{1,128}$/;

/** Refuses a message that the queue would refuse. */
const check = (queue: Queue, entry: Send) => {
  const { MessageGroupId, MessageDeduplicationId } = entry;
  const { DelaySeconds, MessageSystemAttributes = {} } = entry;
  checkBody(entry.MessageBody);
  checkAttributes(entry.MessageAttributes);
  for (const name in MessageSystemAttributes)
    if (name !== "AWSTraceHeader")
      throw invalidParameter(
        `Message system attribute name '${name}' is invalid. You must use only the following supported names: AWSTraceHeader.`,
      );
  checkTypes(MessageSystemAttributes);
  if (!isWithin("DelaySeconds", DelaySeconds, 0, 900))
    throw invalidParameter(
      `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  if (MessageGroupId !== undefined && !isText("MessageGroupId", MessageGroupId, groupId))
    throw invalidParameter(
      `Value ${MessageGroupId} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  if (MessageDeduplicationId)
    throw invalidParameter(
      `Value ${MessageDeduplicationId} for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.`,
    );
  const limit = attributeOf(queue, "MaximumMessageSize");
  if (sizeOf(entry) > limit)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
};

/** Sends messages into queues, by way of `enqueue`. */
export const sender =
  (
    { clock, trace }: World,
    enqueue: (queue: Queue, message: Fresh, delayMs: number) => void,
  ): ((queue: Queue, entry: Send, caller: Caller) => object) =>
  (queue, entry, caller) => {
    check(queue, entry);
    const { MessageAttributes, MessageSystemAttributes = {}, DelaySeconds } = entry;
    const message: Fresh = {
      id: uuid(clock, `sqs message ${queue.arn} ${caller.invocation ?? caller.name}`),
      body: entry.MessageBody,
      md5: md5(entry.MessageBody),
      attributes: MessageAttributes && structuredClone(MessageAttributes),
      traceHeader: MessageSystemAttributes.AWSTraceHeader?.StringValue,
      groupId: entry.MessageGroupId,
      sender: caller.name,
      sentAt: clock.now(),
      receives: 0,
      receivesHere: 0,
    };
    const { seq } = trace.write(
      { kind: "sqs.sent", queue: queue.arn, messageId: message.id, body: message.body },
      message.body.length,
    );
    trace.mark(`sent ${message.id}`, seq);
    enqueue(queue, message, (DelaySeconds ?? attributeOf(queue, "DelaySeconds")) * 1000);
    return {
      MessageId: message.id,
      MD5OfMessageBody: message.md5,
      ...(MessageAttributes &&
        Object.keys(MessageAttributes).length > 0 && {
          MD5OfMessageAttributes: md5OfAttributes(MessageAttributes),
        }),
      ...(message.traceHeader && {
        MD5OfMessageSystemAttributes: md5OfAttributes(MessageSystemAttributes),
      }),
    };
  };
