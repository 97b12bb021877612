import { AwsError, administrator, type Caller, type World } from "../../kernel/engine.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { QueueDirectory } from "./directory.ts";
import type { Fresh, MessageStore, QueueMessages } from "./message-store.ts";
import {
  checkRange,
  invalidParameter,
  isWithin,
  type Message,
  missingParameter,
  shown,
  type Wanted,
  wantedBy,
} from "./messages.ts";
import { attributeOf, type Queue, redrivePolicyOf } from "./queues.ts";
import type { MessageRetention } from "./retention.ts";

/** What ReceiveMessage asks for. */
export type Receive = Wanted & {
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  WaitTimeSeconds?: number;
};

/** The longest that a receive hides a message, in seconds. */
const longestVisibility = 43_200;
/** How many messages of a standard queue may be in flight. */
const mostInFlight = 120_000;

/** Refuses a receive that SQS would refuse. */
export const checkReceive = ({ MaxNumberOfMessages: most, ...input }: Receive) => {
  if (!isWithin("MaxNumberOfMessages", most, 1, 10))
    throw invalidParameter(
      `Value ${most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`,
    );
  checkRange("WaitTimeSeconds", input.WaitTimeSeconds, 0, 20);
  checkRange("VisibilityTimeout", input.VisibilityTimeout, 0, longestVisibility);
};

/** What is done with messages by who receives them. `enqueue` puts one into a queue and wakes who waits there. */
export const receiver = (
  { act, clock, note, trace }: World,
  {
    store,
    retention,
    byArn,
    shuffle,
    enqueue,
  }: {
    store: MessageStore;
    retention: MessageRetention;
    byArn: QueueDirectory["byArn"];
    shuffle: boolean;
    enqueue: (queue: Queue, message: Fresh, delayMs?: number) => void;
  },
) => {
  /** The one place where the order of a standard queue is decided. */
  const inOrder = function* ({ arn }: Queue, { visible }: QueueMessages): Generator<Message> {
    if (!shuffle) return yield* visible.values();
    const left = [...visible.values()];
    while (left.length > 0)
      yield left.splice(
        Math.floor(clock.random(`sqs order ${arn}`) * left.length),
        1,
      )[0] as Message;
  };

  /** Moves a message that was received too often to the dead-letter queue. Until that is done it is not to be received. */
  const kill = (queue: Queue, deadLetters: Queue, message: Message, hiddenMs: number) => {
    const caller = { name: `redrive of ${queue.name}`, role: "sqs.amazonaws.com" };
    const input = {
      SourceArn: queue.arn,
      DestinationArn: deadLetters.arn,
      MessageId: message.id,
      MessageBody: message.body,
    };
    let held = message;
    const done = act({ caller, service: "sqs", operation: "Bury", input }, () => {
      if (store.find(queue, message.id) === held) bury(queue, deadLetters, held);
    });
    if (!(done instanceof Promise)) return;
    if (store.find(queue, message.id) === held) held = store.place(queue, held, hiddenMs);
    done.catch(() => {}); // it is tried again when the message is received again
  };

  const bury = (queue: Queue, deadLetters: Queue, message: Message) => {
    const from = trace.marked(`received ${message.id}`);
    const { seq } = note(
      {
        kind: "sqs.dead-letter",
        queue: queue.arn,
        deadLetterQueue: deadLetters.arn,
        messageId: message.id,
        receives: message.receives,
      },
      { to: deadLetters.arn, ...(from !== undefined && { cause: from, from }) },
    );
    trace.mark(`sent ${message.id}`, seq);
    const { receiptHandle: _, holder: __, ...dead } = message;
    enqueue(deadLetters, { ...dead, source: queue.arn, receivesHere: 0 });
  };

  const tellReceived = (queue: Queue, { id, receives }: Fresh) => {
    const from = trace.marked(`sent ${id}`);
    const received = { kind: "sqs.received", queue: queue.arn, messageId: id, receives };
    const { seq } = trace.write({ ...received, ...(from !== undefined && { cause: from, from }) });
    trace.mark(`received ${id}`, seq);
  };

  const isFull = ({ inFlight }: QueueMessages) => inFlight.size >= mostInFlight;

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

  return {
    take(queue: Queue, input: Receive, caller: Caller): object[] {
      const messages = store.surface(queue);
      if (isFull(messages)) return [];
      const most = input.MaxNumberOfMessages ?? 1;
      const seconds = input.VisibilityTimeout ?? attributeOf(queue, "VisibilityTimeout");
      const policy = redrivePolicyOf(queue);
      const deadLetters = policy && byArn(policy.deadLetterTargetArn);
      const found: Message[] = [];
      for (const message of inOrder(queue, messages)) {
        if (found.length === most) break;
        if (retention.expire(queue, message)) continue;
        if (deadLetters && message.receivesHere >= policy.maxReceiveCount)
          kill(queue, deadLetters, message, seconds * 1000);
        else found.push(message);
      }
      if (found.length === 0) return [];
      const now = clock.now();
      const wants = wantedBy(input);
      return found.map(({ holder: _, ...message }) => {
        const handle = `${message.id} ${queue.arn} ${uuid(clock, `sqs receipt ${message.id}`)}`;
        const received = {
          ...message,
          receives: message.receives + 1,
          receivesHere: message.receivesHere + 1,
          firstReceivedAt: message.firstReceivedAt ?? now,
          receivedAt: now,
          receiptHandle: Buffer.from(handle).toString("base64"),
          ...(caller.name !== administrator.name && { holder: caller.name }),
        };
        tellReceived(queue, received);
        return shown(store.place(queue, received, seconds * 1000), wants);
      });
    },

    /** Refuses to take where too much is in flight. */
    checkRoom(queue: Queue) {
      if (isFull(store.of(queue)))
        throw new AwsError(
          "OverLimit",
          `The maximum number of in flight messages is reached: ${mostInFlight}.`,
          403,
        );
    },

    remove(queue: Queue, handle: string | undefined) {
      const message = store.find(queue, idIn(queue, handle));
      if (!message || message.receiptHandle !== handle) return;
      store.remove(message);
      trace.write({ kind: "sqs.deleted", queue: queue.arn, messageId: message.id });
    },

    changeVisibility(
      queue: Queue,
      { ReceiptHandle, VisibilityTimeout }: { ReceiptHandle?: string; VisibilityTimeout?: number },
    ) {
      if (VisibilityTimeout === undefined) throw missingParameter("VisibilityTimeout");
      checkRange("VisibilityTimeout", VisibilityTimeout, 0, longestVisibility);
      const id = idIn(queue, ReceiptHandle);
      const { visible, inFlight } = store.surface(queue);
      if (visible.get(id)?.receiptHandle === ReceiptHandle)
        throw new AwsError(
          "MessageNotInflight",
          `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message is not inflight.`,
        );
      const message = inFlight.get(id);
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
    },

    /** Who held a message of that receipt is done with it: the receive counts, whatever becomes of this cloud. */
    settle(queue: Queue, handle: string) {
      const found = store.find(queue, idIn(queue, handle));
      if (!found?.holder || found.receiptHandle !== handle) return;
      const { holder: _, ...message } = found;
      store.replace(message);
    },
  };
};
