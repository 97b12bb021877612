import { newLife } from "../../kernel/life.ts";
import { queueUrlOf } from "./destinations.ts";
import { failuresIn, filterOf } from "./mapping.ts";
import { handleFound, type Poller, type PollerHost, type Settle, tellFailure } from "./poller.ts";

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

/** A message's body as filters see it: the value of JSON, and text otherwise. */
const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

/** How many batches run at once when a queue fills, how fast more are added while it stays so, and up to what. */
const growth = { from: 5, everyMs: 200, to: 1_000 };

/**
 * Reads a queue for a function. Messages are deleted once they are handled; what failed is left alone and becomes
 * visible again after the queue's visibility timeout.
 */
export const queuePoller = (host: PollerHost & { settle: Settle }): Poller => {
  const { world, settings, caller, invoke, wake, pollDelay, settle } = host;
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
  /** Since when there has been more than is worked on. */
  let behindSince: number | undefined;
  let growing = false;
  const gathered: Received[] = [];
  let windowOpen = false;

  const call = (operation: string, input: object, more: { poll?: true } = {}) =>
    world.call({
      caller: caller(),
      service: "sqs",
      operation,
      input: { QueueUrl, ...input },
      ...more,
    });

  const forget = async (messages: readonly Received[]) => {
    for (let from = 0; from < messages.length && !life.over(); from += 10) {
      const Entries = messages
        .slice(from, from + 10)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await call("DeleteMessageBatch", { Entries });
    }
  };

  /** Does what is left to do with messages. Those that it does not delete reappear after their visibility timeout. */
  const finish = async (messages: readonly Received[], work: () => Promise<void>) => {
    try {
      const things = messages.map(({ MessageId }) => `received ${MessageId}`);
      await handleFound(host, things, work);
    } catch (error) {
      tellFailure(world, arn, error);
    }
    // Who was received in vain is received once more, and that counts: unlike what a restart cuts off.
    if (!life.over()) settle(messages.map(({ ReceiptHandle }) => ReceiptHandle));
  };

  const handle = async (messages: readonly Received[]) => {
    const outcome = await invoke({ Records: messages.map((message) => sqsRecord(message, arn)) });
    if (life.over()) return;
    const ids = messages.map(({ MessageId }) => MessageId);
    const failed = outcome.ok ? failuresIn(settings(), ids, outcome.result) : "all";
    if (failed !== "all") await forget(messages.filter(({ MessageId }) => !failed.has(MessageId)));
  };

  /** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
  const most = () => {
    const bound = settings().ScalingConfig?.MaximumConcurrency;
    const behind = clock.now() - (behindSince ?? clock.now());
    const { from, everyMs, to } = growth;
    return bound ?? Math.min(to, from + Math.floor(behind / everyMs));
  };

  const flush = () => {
    const size = settings().BatchSize ?? 10;
    while (gathered.length > 0 && running < most()) {
      const batch = gathered.splice(0, size);
      running += 1;
      void finish(batch, () => handle(batch)).finally(() => {
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
    const wish = {
      MaxNumberOfMessages,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    };
    const { Messages = [] } = await call("ReceiveMessage", wish, { poll: true });
    if (life.over()) return;
    const passes = filterOf(settings());
    const wanted: Received[] = [];
    const unwanted: Received[] = [];
    for (const message of Messages as Received[])
      (passes(() => ({ ...sqsRecord(message, arn), body: parsed(message.Body) }))
        ? wanted
        : unwanted
      ).push(message);
    if (Messages.length === MaxNumberOfMessages) drained = false;
    behindSince = drained ? undefined : (behindSince ?? clock.now());
    gather(wanted);
    // A message that no filter wants is gone: Lambda deletes it.
    if (unwanted.length > 0) await finish(unwanted, () => forget(unwanted));
  };

  const pollNow = async () => {
    scheduled = false;
    if (!listening || polling) return;
    polling = true;
    try {
      while (listening !== undefined && !drained && running < most()) await receive();
    } catch (error) {
      tellFailure(world, arn, error);
      life.after(1000, `lambda poll ${name}`, wakeUp);
    } finally {
      polling = false;
    }
    grow();
  };

  /** Looks again when one more may run. */
  const grow = () => {
    if (growing || drained || settings().ScalingConfig) return;
    growing = true;
    life.after(growth.everyMs, `lambda scale ${name}`, () => {
      growing = false;
      if (running >= most()) grow();
      else poll();
    });
  };

  const poll = () => {
    if (scheduled || polling || !listening || running >= most()) return;
    scheduled = true;
    life.after(
      pollDelay * clock.random(`lambda poll delay ${name}`),
      `lambda poll ${name}`,
      pollNow,
    );
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
    stop() {
      pause();
      life.end();
    },
  };
};
