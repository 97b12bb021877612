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
  checkAttributes,
  checkBody,
  invalidParameter,
  type Message,
  type MessageAttribute,
  md5,
  md5OfAttributes,
  missingParameter,
  shown,
  sizeOf,
  type Wanted,
} from "./messages.ts";
import { moveTasks } from "./move-tasks.ts";
import {
  attributeOf,
  checkQueueAttributes,
  maximumMessageSize,
  type Queue,
  redrivePolicyOf,
  settingsOf,
} from "./queues.ts";
import { createStock, type Fresh, type Shelf } from "./stock.ts";

/** The SQS engine, and how a consumer beside it (an event source mapping) hears of messages without polling. */
export type SqsEngine = Engine & {
  /**
   * Calls `listener` whenever messages of the queue may have become receivable: sent, delayed until now, or
   * visible again. It is a hint: a receive may still answer nothing. Answers how to stop listening.
   */
  onMessages: (queueArn: string, listener: () => void) => () => void;
};

export type SqsOptions = {
  /** What queue URLs begin with; a function is asked each time, so a port may become known late. */
  baseUrl?: string | (() => string);
  /** A standard queue promises no order: with `shuffle` chance picks among the visible messages. */
  shuffle?: boolean;
};

type Send = {
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: Record<string, MessageAttribute>;
  MessageSystemAttributes?: Record<string, MessageAttribute>;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
};
type Waiter = { input: Receive; answer: (messages: object[]) => void };
type Receive = Wanted & {
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  WaitTimeSeconds?: number;
};

const inRange = (name: string, value: unknown, least: number, greatest: number) => {
  if (value === undefined || value === null) return;
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > greatest)
    throw invalidParameter(
      `Value ${value} for parameter ${name} is invalid. Reason: Must be >= ${least} and <= ${greatest}, if provided.`,
    );
};

/** The longest that a receive hides a message, in seconds. */
const longestVisibility = 43_200;
/** How many messages of a standard queue may be in flight. */
const mostInFlight = 120_000;

const fifoId = /^[\x21-\x7e]{1,128}$/;
const batchId = /^[A-Za-z0-9_-]{1,80}$/;

const checkBatch = (operation: string, entries: { Id: string }[] | undefined) => {
  if (!entries?.length)
    throw new AwsError(
      "EmptyBatchRequest",
      `There should be at least one ${operation}RequestEntry in the request.`,
    );
  if (entries.length > 10)
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  const seen = new Set<string>();
  for (const { Id } of entries) {
    if (!batchId.test(Id ?? ""))
      throw new AwsError(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      );
    if (seen.has(Id)) throw new AwsError("BatchEntryIdsNotDistinct", `Id ${Id} repeated.`);
    seen.add(Id);
  }
};

/** Runs each entry of a batch by itself: some may fail while the call succeeds. */
const eachOf = <Entry extends { Id: string }>(
  entries: Entry[],
  run: (entry: Entry) => object | undefined,
) => {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries)
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({
        Id: entry.Id,
        SenderFault: error.status < 500,
        Code: error.code,
        Message: error.message,
      });
    }
  return Failed.length > 0 ? { Successful, Failed } : { Successful };
};

/**
 * SQS standard queues: delay, visibility, retention, dead-letter queues, redrive, long polling. Two differences
 * from AWS: a deleted queue's name is free at once, and nothing is ever delivered twice or lost by itself.
 */
export const sqsEngine =
  ({ baseUrl = "http://127.0.0.1:4566", shuffle = false }: SqsOptions = {}) =>
  (world: World): SqsEngine => {
    const { clock, account, region, note } = world;
    const queues = world.keep.map<Queue>("sqs.queues");
    const stock = createStock(world);
    const listeners = new Map<string, Set<() => void>>();
    const waiters = new Map<string, Waiter[]>();
    const timers = new Map<string, { at: number; timer: Timer }>();
    let stopped = false;

    const arnOf = (name: string) => `arn:aws:sqs:${region}:${account}:${name}`;
    const urlOf = ({ name }: Queue) =>
      `${typeof baseUrl === "function" ? baseUrl() : baseUrl}/${account}/${name}`;
    const nameIn = (urlOrArn: string) => urlOrArn.split(/[/:]/).at(-1) ?? "";
    const byArn = (arn: string) => {
      const queue = queues.get(nameIn(arn));
      return queue?.arn === arn ? queue : undefined;
    };
    const queueAt = ({ QueueUrl }: { QueueUrl?: string }): Queue => {
      if (!QueueUrl) throw missingParameter("QueueUrl");
      const queue = queues.get(nameIn(QueueUrl));
      if (!queue) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
      return queue;
    };

    /** The one place where the order of a standard queue is decided. */
    const inOrder = function* ({ visible }: Shelf): Generator<Message> {
      if (!shuffle) return yield* visible.values();
      const left = [...visible.values()];
      while (left.length > 0)
        yield left.splice(Math.floor(clock.random() * left.length), 1)[0] as Message;
    };

    const expired = (queue: Queue, message: Message) =>
      message.sentAt + attributeOf(queue, "MessageRetentionPeriod") * 1000 <= clock.now();

    /** Puts a message into a queue and tells who waits for it. */
    const enqueue = (queue: Queue, message: Fresh, delayMs = 0) => {
      stock.place(queue, message, delayMs);
      wake(queue);
    };

    const bury = (queue: Queue, grave: Queue, message: Message) => {
      note({
        kind: "sqs.deadletter",
        queue: queue.arn,
        deadLetterQueue: grave.arn,
        messageId: message.id,
        receives: message.receives,
      });
      const { receiptHandle: _, ...dead } = message;
      enqueue(grave, { ...dead, source: queue.arn, receivesHere: 0 });
    };

    const inFlight = ({ hidden }: Shelf) => {
      let delayed = 0;
      for (const { receivesHere } of hidden.values()) if (receivesHere === 0) delayed += 1;
      return { delayed, taken: hidden.size - delayed };
    };
    const isFull = (shelf: Shelf) =>
      shelf.hidden.size >= mostInFlight && inFlight(shelf).taken >= mostInFlight;

    const take = (queue: Queue, input: Receive): object[] => {
      const shelf = stock.surface(queue);
      if (isFull(shelf)) return [];
      const most = input.MaxNumberOfMessages ?? 1;
      const seconds = input.VisibilityTimeout ?? attributeOf(queue, "VisibilityTimeout");
      const policy = redrivePolicyOf(queue);
      const grave = policy && byArn(policy.deadLetterTargetArn);
      const found: Message[] = [];
      for (const message of inOrder(shelf)) {
        if (found.length === most) break;
        if (expired(queue, message)) stock.remove(message);
        else if (grave && message.receivesHere >= policy.maxReceiveCount)
          bury(queue, grave, message);
        else found.push(message);
      }
      const now = clock.now();
      const taken = found.map((message) => {
        const handle = `${message.id} ${queue.arn} ${uuid(clock.random)}`;
        const received = {
          ...message,
          receives: message.receives + 1,
          receivesHere: message.receivesHere + 1,
          firstReceivedAt: message.firstReceivedAt ?? now,
          receivedAt: now,
          receiptHandle: Buffer.from(handle).toString("base64"),
        };
        return stock.place(queue, received, seconds * 1000);
      });
      arm(queue);
      return taken.map((message) => shown(message, input));
    };

    const disarm = (name: string) => {
      timers.get(name)?.timer.cancel();
      timers.delete(name);
    };
    /** Wakes who waits at a queue, at a moment. */
    const alarm = ({ name }: Queue, at: number) => {
      if (stopped) return;
      disarm(name);
      const timer = clock.after(Math.max(0, at - clock.now()), `sqs surface ${name}`, () => {
        timers.delete(name);
        const queue = queues.get(name);
        if (queue) wake(queue);
      });
      timers.set(name, { at, timer });
    };
    /** A timer runs only while somebody waits for a hidden message. */
    const arm = (queue: Queue) => {
      const { name } = queue;
      const armed = timers.get(name);
      if (armed && armed.at <= clock.now()) return; // what it is for may have surfaced meanwhile
      const { hidden, due } = stock.of(queue);
      const awaited = listeners.get(name)?.size || waiters.get(name)?.length;
      if (!awaited || hidden.size === 0) disarm(name);
      else if (!armed || armed.at > due) alarm(queue, due);
    };
    const wake = (queue: Queue) => {
      const { visible } = stock.surface(queue);
      const waiting = waiters.get(queue.name) ?? [];
      while (waiting.length > 0 && visible.size > 0) {
        const [waiter] = waiting as [Waiter];
        const messages = take(queue, waiter.input);
        if (messages.length === 0) break;
        waiting.shift();
        waiter.answer(messages);
      }
      if (visible.size > 0) for (const listener of listeners.get(queue.name) ?? []) listener();
      arm(queue);
    };

    const send = (queue: Queue, entry: Send, caller: Caller) => {
      const { MessageAttributes, MessageSystemAttributes = {}, MessageGroupId } = entry;
      checkBody(entry.MessageBody);
      checkAttributes(MessageAttributes);
      const { DelaySeconds } = entry;
      if (DelaySeconds !== undefined && !(DelaySeconds >= 0 && DelaySeconds <= 900))
        throw invalidParameter(
          `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
        );
      if (MessageGroupId !== undefined && !fifoId.test(MessageGroupId))
        throw invalidParameter(
          `Value ${MessageGroupId} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
        );
      if (entry.MessageDeduplicationId)
        throw invalidParameter(
          `Value ${entry.MessageDeduplicationId} for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.`,
        );
      for (const name of Object.keys(MessageSystemAttributes))
        if (name !== "AWSTraceHeader")
          throw invalidParameter(
            `Message system attribute name '${name}' is invalid. You must use only the following supported names: AWSTraceHeader.`,
          );
      const limit = attributeOf(queue, "MaximumMessageSize");
      if (sizeOf(entry) > limit)
        throw invalidParameter(
          `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
        );
      const message: Fresh = {
        id: uuid(clock.random),
        body: entry.MessageBody,
        md5: md5(entry.MessageBody),
        attributes: MessageAttributes && structuredClone(MessageAttributes),
        traceHeader: MessageSystemAttributes.AWSTraceHeader?.StringValue,
        groupId: MessageGroupId,
        sender: caller.name,
        sentAt: clock.now(),
        receives: 0,
        receivesHere: 0,
      };
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

    const idIn = (queue: Queue, handle: string | undefined): string => {
      if (!handle) throw missingParameter("ReceiptHandle");
      const [id, arn] = Buffer.from(handle, "base64").toString().split(" ");
      if (!id || arn !== queue.arn)
        throw new AwsError(
          "ReceiptHandleIsInvalid",
          `The input receipt handle "${handle}" is not a valid receipt handle.`,
        );
      return id;
    };
    const remove = (queue: Queue, handle: string | undefined) => {
      const message = stock.find(queue, idIn(queue, handle));
      if (message && message.receiptHandle === handle) stock.remove(message);
      arm(queue);
      return undefined;
    };
    const changeVisibility = (
      queue: Queue,
      { ReceiptHandle, VisibilityTimeout }: { ReceiptHandle?: string; VisibilityTimeout?: number },
    ) => {
      if (VisibilityTimeout === undefined) throw missingParameter("VisibilityTimeout");
      inRange("VisibilityTimeout", VisibilityTimeout, 0, longestVisibility);
      const id = idIn(queue, ReceiptHandle);
      const { visible, hidden } = stock.surface(queue);
      if (visible.get(id)?.receiptHandle === ReceiptHandle)
        throw new AwsError(
          "MessageNotInflight",
          `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message is not inflight.`,
        );
      const message = hidden.get(id);
      if (message?.receiptHandle !== ReceiptHandle || !message)
        throw invalidParameter(
          `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
        );
      const until = clock.now() + VisibilityTimeout * 1000;
      if (until > (message.receivedAt ?? 0) + longestVisibility * 1000)
        throw invalidParameter(
          `Value ${VisibilityTimeout} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${longestVisibility} seconds]`,
        );
      enqueue(queue, message, VisibilityTimeout * 1000);
      return undefined;
    };

    const counts = (queue: Queue) => {
      const shelf = stock.surface(queue);
      for (const messages of [shelf.visible, shelf.hidden])
        for (const message of messages.values()) if (expired(queue, message)) stock.remove(message);
      const { delayed, taken } = inFlight(shelf);
      return {
        ApproximateNumberOfMessages: String(shelf.visible.size),
        ApproximateNumberOfMessagesNotVisible: String(taken),
        ApproximateNumberOfMessagesDelayed: String(delayed),
      };
    };

    /** A page of queues' URLs; there is a token for the next one only if the call said how many it wants. */
    const urlsOf = (wanted: Queue[], input: { MaxResults?: number; NextToken?: string }) => {
      const { MaxResults, NextToken } = input;
      if (MaxResults !== undefined && !(MaxResults >= 1 && MaxResults <= 1000))
        throw invalidParameter(
          "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000.",
        );
      const { page, next } = pageOf(wanted.map(urlOf).sort(), MaxResults ?? 1000, NextToken, () =>
        invalidParameter("Invalid or expired next token."),
      );
      return { page, ...(MaxResults && next && { NextToken: next }) };
    };

    const change = (queue: Queue, changes: Partial<Queue>) =>
      void queues.set(queue.name, { ...queue, ...changes });
    /** What is left of `given` when what is empty is taken away. */
    const filled = (given: Record<string, string>) =>
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));

    const moving = moveTasks({
      world,
      stock,
      byArn,
      all: () => queues.values(),
      expired,
      enqueue,
    });

    const operations: Engine["operations"] = {
      CreateQueue({ QueueName, Attributes = {}, tags = {} }) {
        if (!QueueName) throw missingParameter("QueueName");
        if (QueueName.endsWith(".fifo")) throw notEmulated("sqs", `FIFO queues (${QueueName})`);
        if (!/^[A-Za-z0-9_-]{1,80}$/.test(QueueName))
          throw invalidParameter(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
          );
        const existing = queues.get(QueueName);
        checkQueueAttributes(Attributes, arnOf(QueueName), byArn);
        if (existing) {
          const settings = settingsOf(existing);
          for (const [name, value] of Object.entries(Attributes))
            if ((settings[name] ?? "") !== value)
              throw new AwsError(
                "QueueNameExists",
                `A queue already exists with the same name and a different value for attribute ${name}`,
              );
          return { QueueUrl: urlOf(existing) };
        }
        const queue: Queue = {
          name: QueueName,
          arn: arnOf(QueueName),
          createdAt: clock.now(),
          modifiedAt: clock.now(),
          attributes: filled(Attributes),
          tags: { ...tags },
        };
        queues.set(QueueName, queue);
        return { QueueUrl: urlOf(queue) };
      },
      DeleteQueue(input) {
        const queue = queueAt(input);
        queues.delete(queue.name);
        stock.clear(queue);
        for (const { answer } of waiters.get(queue.name)?.splice(0) ?? []) answer([]);
        disarm(queue.name);
      },
      GetQueueUrl({ QueueName }) {
        if (!QueueName) throw missingParameter("QueueName");
        return { QueueUrl: urlOf(queueAt({ QueueUrl: QueueName })) };
      },
      ListQueues({ QueueNamePrefix = "", ...input }) {
        const wanted = [...queues.values()].filter(({ name }) => name.startsWith(QueueNamePrefix));
        const { page, ...more } = urlsOf(wanted, input);
        return { ...(page.length > 0 && { QueueUrls: page }), ...more };
      },
      GetQueueAttributes(input) {
        const queue = queueAt(input);
        const names: string[] = input.AttributeNames ?? [];
        const all: Record<string, string> = {
          QueueArn: queue.arn,
          ...counts(queue),
          CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
          LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
          ...settingsOf(queue),
        };
        const Attributes = names.includes("All")
          ? all
          : Object.fromEntries(
              names.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]),
            );
        return names.length > 0 ? { Attributes } : {};
      },
      SetQueueAttributes(input) {
        const queue = queueAt(input);
        const attributes: Record<string, string> = input.Attributes ?? {};
        checkQueueAttributes(attributes, queue.arn, byArn);
        change(queue, {
          attributes: filled({ ...queue.attributes, ...attributes }),
          modifiedAt: clock.now(),
        });
      },
      PurgeQueue(input) {
        const queue = queueAt(input);
        if (queue.purgedAt !== undefined && clock.now() - queue.purgedAt < 60_000)
          throw new AwsError(
            "PurgeQueueInProgress",
            `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
            403,
          );
        change(queue, { purgedAt: clock.now() });
        stock.clear(queue);
        arm(queue);
      },
      SendMessage: (input, caller) => send(queueAt(input), input, caller),
      SendMessageBatch(input, caller) {
        const queue = queueAt(input);
        const entries: (Send & { Id: string })[] = input.Entries;
        checkBatch("SendMessageBatch", entries);
        const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
        if (size > maximumMessageSize)
          throw new AwsError(
            "BatchRequestTooLong",
            `Batch requests cannot be longer than ${maximumMessageSize} bytes. You have sent ${size} bytes.`,
          );
        return eachOf(entries, (entry) => send(queue, entry, caller));
      },
      async ReceiveMessage(input) {
        const queue = queueAt(input);
        const most = input.MaxNumberOfMessages;
        if (most !== undefined && (!Number.isInteger(most) || most < 1 || most > 10))
          throw invalidParameter(
            `Value ${most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`,
          );
        inRange("WaitTimeSeconds", input.WaitTimeSeconds, 0, 20);
        inRange("VisibilityTimeout", input.VisibilityTimeout, 0, longestVisibility);
        const answer = (messages: object[]) => (messages.length > 0 ? { Messages: messages } : {});
        const messages = take(queue, input);
        const wait = input.WaitTimeSeconds ?? attributeOf(queue, "ReceiveMessageWaitTimeSeconds");
        if (messages.length === 0 && wait === 0 && isFull(stock.of(queue)))
          throw new AwsError(
            "OverLimit",
            `The maximum number of in flight messages is reached: ${mostInFlight}.`,
            403,
          );
        if (messages.length > 0 || wait === 0 || stopped) return answer(messages);
        return new Promise((resolve) => {
          const waiting = waiters.get(queue.name) ?? [];
          waiters.set(queue.name, waiting);
          const timer = clock.after(wait * 1000, `sqs poll ${queue.name}`, () => {
            waiting.splice(waiting.indexOf(waiter), 1);
            arm(queue);
            resolve(answer(take(queueAt(input), input)));
          });
          const waiter: Waiter = {
            input,
            answer: (found) => {
              timer.cancel();
              resolve(answer(found));
            },
          };
          waiting.push(waiter);
          arm(queue);
        });
      },
      DeleteMessage(input) {
        remove(queueAt(input), input.ReceiptHandle);
      },
      DeleteMessageBatch(input) {
        const queue = queueAt(input);
        checkBatch("DeleteMessageBatch", input.Entries);
        return eachOf(input.Entries, (entry: { Id: string; ReceiptHandle?: string }) =>
          remove(queue, entry.ReceiptHandle),
        );
      },
      ChangeMessageVisibility(input) {
        changeVisibility(queueAt(input), input);
      },
      ChangeMessageVisibilityBatch(input) {
        const queue = queueAt(input);
        checkBatch("ChangeMessageVisibilityBatch", input.Entries);
        return eachOf(input.Entries, (entry: { Id: string; VisibilityTimeout?: number }) =>
          changeVisibility(queue, entry),
        );
      },
      ListDeadLetterSourceQueues(input) {
        const { arn } = queueAt(input);
        const sources = [...queues.values()].filter(
          (queue) => redrivePolicyOf(queue)?.deadLetterTargetArn === arn,
        );
        const { page, ...more } = urlsOf(sources, input);
        return { queueUrls: page, ...more };
      },
      TagQueue(input) {
        const queue = queueAt(input);
        change(queue, { tags: { ...queue.tags, ...input.Tags } });
      },
      UntagQueue(input) {
        const queue = queueAt(input);
        const gone = new Set(input.TagKeys);
        const left = Object.entries(queue.tags).filter(([key]) => !gone.has(key));
        change(queue, { tags: Object.fromEntries(left) });
      },
      ListQueueTags(input) {
        const { tags } = queueAt(input);
        return Object.keys(tags).length > 0 ? { Tags: { ...tags } } : {};
      },
      ...moving.operations,
    };

    return {
      service: "sqs",
      operations,
      onMessages(queueArn, listener) {
        const name = nameIn(queueArn);
        const heard = listeners.get(name) ?? new Set();
        listeners.set(name, heard.add(listener));
        const queue = queues.get(name);
        // Messages that came before the listener: it hears of them as of any others, a moment later.
        if (queue && !stock.isEmpty(queue)) alarm(queue, clock.now());
        return () => {
          heard.delete(listener);
          const left = queues.get(name);
          if (left) arm(left);
        };
      },
      stop() {
        stopped = true;
        for (const name of [...timers.keys()]) disarm(name);
        for (const waiting of waiters.values())
          for (const { answer } of waiting.splice(0)) answer([]);
        moving.stop();
      },
      resume() {
        stopped = false;
        stock.rebuild();
        for (const queue of queues.values())
          if (listeners.get(queue.name)?.size && !stock.isEmpty(queue)) alarm(queue, clock.now());
        moving.resume();
      },
    };
  };
