import { administrator, type Caller, type World } from "../../kernel/engine.ts";
import { newLife } from "../../kernel/life.ts";
import { queueUrlOf } from "./destinations.ts";
import type { Outcome } from "./function.ts";
import { failuresIn, filterOf, type MappingSettings, type Poller } from "./mapping.ts";

type Received = {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  MD5OfBody: string;
  MD5OfMessageAttributes?: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<
    string,
    { DataType: string; StringValue?: string; BinaryValue?: string }
  >;
};

/** A received message as a record of the event that a function is given. */
const sqsRecord = (message: Received, arn: string) => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: message.Attributes ?? {},
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
      name,
      {
        ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
        ...(value.BinaryValue !== undefined && { binaryValue: value.BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: value.DataType,
      },
    ]),
  ),
  md5OfBody: message.MD5OfBody,
  ...(message.MD5OfMessageAttributes && {
    md5OfMessageAttributes: message.MD5OfMessageAttributes,
  }),
  eventSource: "aws:sqs",
  eventSourceARN: arn,
  awsRegion: arn.split(":")[3],
});

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

/** What a poller needs of the mapping around it. */
export type PollerHost = {
  world: World;
  settings: () => MappingSettings;
  /** The function's role, under which the source is read. */
  caller: () => Caller;
  invoke: (event: object) => Promise<Outcome>;
  /** Calls back when there may be something to read. */
  wake: (listener: () => void) => () => void;
  /** How long after an arrival the next poll comes, in milliseconds. */
  pollDelay: number;
};

/** Where a queue's poller keeps the receipt handles of the messages that it has, by message id. */
export type Receipts = {
  set: (id: string, handle: string) => void;
  delete: (id: string) => void;
  entries: () => [id: string, handle: string][];
};

/**
 * Reads a queue for a function. Messages are deleted once they are handled; what failed is left alone and becomes
 * visible again after the queue's visibility timeout.
 */
export const queuePoller = (host: PollerHost & { receipts: Receipts }): Poller => {
  const { world, settings, caller, invoke, wake, pollDelay, receipts } = host;
  const { clock } = world;
  const life = newLife(clock);
  const arn = settings().EventSourceArn;
  const name = arn.split(":").at(-1);
  const QueueUrl = queueUrlOf(arn);
  let listening: (() => void) | undefined;
  let scheduled = false;
  let polling = false;
  let drained = false;
  let running = 0;
  const gathered: Received[] = [];
  let windowOpen = false;
  let recovered: Promise<void> | undefined;

  const call = (operation: string, input: object, as = caller()) =>
    world.call({ caller: as, service: "sqs", operation, input: { QueueUrl, ...input } });

  /** No longer in our hands. */
  const release = (messages: readonly Received[]) => {
    if (life.over()) return;
    for (const { MessageId } of messages) receipts.delete(MessageId);
  };

  const inTens = async (
    operation: string,
    entries: readonly { ReceiptHandle: string; VisibilityTimeout?: number }[],
    as = caller(),
  ) => {
    for (let from = 0; from < entries.length && !life.over(); from += 10) {
      const Entries = entries
        .slice(from, from + 10)
        .map((entry, index) => ({ Id: String(index), ...entry }));
      await call(operation, { Entries }, as);
    }
  };

  const forget = async (messages: readonly Received[]) => {
    await inTens(
      "DeleteMessageBatch",
      messages.map(({ ReceiptHandle }) => ({ ReceiptHandle })),
    );
    release(messages);
  };

  const handle = async (messages: Received[]) => {
    try {
      const outcome = await invoke({ Records: messages.map((message) => sqsRecord(message, arn)) });
      if (life.over()) return;
      const ids = messages.map(({ MessageId }) => MessageId);
      const failed = outcome.ok ? failuresIn(settings(), ids, outcome.result) : "all";
      if (failed !== "all")
        await forget(messages.filter(({ MessageId }) => !failed.has(MessageId)));
    } catch (error) {
      // Throttled, or the delete did not get through: the messages reappear.
      world.note({ kind: "mapping-failed", source: arn, message: String(error) });
    }
    release(messages);
  };

  /** The poller that had these messages is gone: they need not wait for their visibility timeout. */
  const giveBack = async () => {
    const left = receipts.entries();
    try {
      await inTens(
        "ChangeMessageVisibilityBatch",
        left.map(([, ReceiptHandle]) => ({ ReceiptHandle, VisibilityTimeout: 0 })),
        // A function's role need not be allowed to: on AWS nobody does this.
        administrator,
      );
    } catch (error) {
      world.note({ kind: "mapping-failed", source: arn, message: String(error) });
    }
    if (!life.over()) for (const [id] of left) receipts.delete(id);
  };

  const most = () => settings().ScalingConfig?.MaximumConcurrency ?? 5;

  const flush = () => {
    const size = settings().BatchSize ?? 10;
    while (gathered.length > 0 && running < most()) {
      const batch = gathered.splice(0, size);
      running += 1;
      void handle(batch).finally(() => {
        running -= 1;
        if (life.over()) return;
        if (!windowOpen) flush();
        if (!drained) poll();
      });
    }
  };

  /** Messages of one batch wait for each other until it is full or the window ends. */
  const gather = (messages: Received[]) => {
    const { MaximumBatchingWindowInSeconds: window = 0, BatchSize: size = 10 } = settings();
    gathered.push(...messages);
    if (gathered.length === 0) return;
    if (window === 0 || gathered.length >= size) return flush();
    if (windowOpen) return;
    windowOpen = true;
    life.after(window * 1000, `lambda batch window ${name}`, () => {
      windowOpen = false;
      flush();
    });
  };

  const receive = async () => {
    const { BatchSize = 10 } = settings();
    const MaxNumberOfMessages = Math.min(10, BatchSize);
    drained = true; // until a wake-up or a full answer says otherwise
    const { Messages = [] } = await call("ReceiveMessage", {
      MaxNumberOfMessages,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    if (life.over()) return;
    for (const { MessageId, ReceiptHandle } of Messages as Received[])
      receipts.set(MessageId, ReceiptHandle);
    const passes = filterOf(settings());
    const wanted: Received[] = [];
    const unwanted: Received[] = [];
    for (const message of Messages as Received[])
      (passes(() => ({ ...sqsRecord(message, arn), body: parsed(message.Body) }))
        ? wanted
        : unwanted
      ).push(message);
    // A message that no filter wants is gone: Lambda deletes it.
    if (unwanted.length > 0) await forget(unwanted);
    if (life.over()) return;
    if (Messages.length === MaxNumberOfMessages) drained = false;
    gather(wanted);
  };

  const pollNow = async () => {
    scheduled = false;
    if (!listening || polling) return;
    polling = true;
    try {
      await recovered;
      while (listening !== undefined && !drained && running < most()) await receive();
    } catch (error) {
      world.note({ kind: "mapping-failed", source: arn, message: String(error) });
      life.after(1000, `lambda poll ${name}`, wakeUp);
    } finally {
      polling = false;
    }
  };

  const poll = () => {
    if (scheduled || polling || !listening || running >= most()) return;
    scheduled = true;
    life.after(pollDelay * clock.random(), `lambda poll ${name}`, pollNow);
  };

  const wakeUp = () => {
    drained = false;
    poll();
  };

  const pause = () => {
    listening?.();
    listening = undefined;
  };

  return {
    ready: async () => void (await call("GetQueueAttributes", { AttributeNames: ["QueueArn"] })),
    resume() {
      if (listening) return;
      listening = wake(wakeUp);
      wakeUp();
    },
    pause,
    recover() {
      recovered = giveBack();
    },
    stop() {
      pause();
      life.end();
    },
  };
};
