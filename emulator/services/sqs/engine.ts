import { AwsError, type Caller, type Engine, type World } from "../../kernel/engine.ts";
import { shallowInputs } from "../../kernel/nesting.ts";
import { checkBatch, eachOf } from "./batches.ts";
import { queueDirectory } from "./directory.ts";
import { createMessageStore, type Fresh } from "./message-store.ts";
import { sizeOf } from "./messages.ts";
import { moveTasks } from "./move-tasks.ts";
import { queueOperations } from "./queue-operations.ts";
import { attributeOf, maximumMessageSize, type Queue } from "./queues.ts";
import { checkReceive, type Receive, receiver } from "./receiving.ts";
import { messageRetention } from "./retention.ts";
import { type Send, sender } from "./sending.ts";
import { waitingRoom } from "./waiting.ts";

/** The SQS engine, and what a consumer beside it (an event source mapping) shares with it beside calls. */
export type SqsEngine = Engine & {
  /**
   * Calls `listener` whenever messages of the queue may have become receivable: sent, delayed until now, or
   * visible again. It is a hint: a receive may still answer nothing. Answers how to stop listening.
   */
  onMessages: (queueArn: string, listener: () => void) => () => void;
  /**
   * Whoever received these is done with them, well or badly. A receive whose receiver never came to say so, because
   * the cloud stopped meanwhile, does not count after a restart: the message is as if it had not been received.
   */
  settle: (queueArn: string, receiptHandles: readonly string[]) => void;
};

export type SqsOptions = {
  /** What queue URLs begin with; a function is asked each time, so a port may become known late. */
  baseUrl?: string | (() => string);
  /** A standard queue promises no order: with `shuffle` chance picks among the visible messages. */
  shuffle?: boolean;
};

/**
 * SQS standard queues: delay, visibility, retention, dead-letter queues, redrive, long polling. Two differences
 * from AWS: a deleted queue's name is free at once, and nothing is ever delivered twice or lost by itself.
 */
export const sqsEngine =
  ({ baseUrl = "http://127.0.0.1:4566", shuffle = false }: SqsOptions = {}) =>
  (world: World): SqsEngine => {
    const directory = queueDirectory(world, baseUrl);
    const { queues, nameIn, byArn, queueAt } = directory;
    const store = createMessageStore(world);
    const retention = messageRetention(world, store, directory);

    /** Puts a message into a queue and tells who waits for it. */
    const enqueue = (queue: Queue, message: Fresh, delayMs = 0) => {
      retention.watch(queue, store.place(queue, message, delayMs));
      room.wake(queue);
    };
    const { take, checkRoom, remove, changeVisibility, settle } = receiver(world, {
      ...{ store, retention, byArn, shuffle, enqueue },
    });
    const room = waitingRoom(world, directory, store, take);
    const send = sender(world, enqueue);
    const moving = moveTasks({ world, store, directory, retention, enqueue });

    const receive = async (input: Receive & { QueueUrl?: string }, caller: Caller) => {
      const queue = queueAt(input);
      checkReceive(input);
      const messages = take(queue, input, caller);
      room.arm(queue);
      const wait = input.WaitTimeSeconds ?? attributeOf(queue, "ReceiveMessageWaitTimeSeconds");
      if (messages.length === 0 && wait === 0) checkRoom(queue);
      if (messages.length > 0 || wait === 0 || !room.isOpen()) return messages;
      return room.poll(queue, input, caller, wait * 1000);
    };

    const operations: Engine["operations"] = {
      ...queueOperations(world, {
        ...{ store, retention, directory, arm: room.arm },
        gone(queue) {
          room.close(queue.name);
          retention.disarm(queue.name);
          moving.forget(queue.arn);
        },
      }),
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
      async ReceiveMessage(input, caller) {
        const messages = await receive(input, caller);
        return messages.length > 0 ? { Messages: messages } : {};
      },
      DeleteMessage(input) {
        const queue = queueAt(input);
        remove(queue, input.ReceiptHandle);
        room.arm(queue);
      },
      DeleteMessageBatch(input) {
        const queue = queueAt(input);
        checkBatch("DeleteMessageBatch", input.Entries);
        const answer = eachOf(input.Entries, (entry: { Id: string; ReceiptHandle?: string }) => {
          remove(queue, entry.ReceiptHandle);
          return undefined;
        });
        room.arm(queue);
        return answer;
      },
      ChangeMessageVisibility(input) {
        changeVisibility(queueAt(input), input);
      },
      ChangeMessageVisibilityBatch(input) {
        const queue = queueAt(input);
        checkBatch("ChangeMessageVisibilityBatch", input.Entries);
        return eachOf(input.Entries, (entry: { Id: string; VisibilityTimeout?: number }) => {
          changeVisibility(queue, entry);
          return undefined;
        });
      },
      ...moving.operations,
    };

    return {
      service: "sqs",
      operations: shallowInputs(operations),
      onMessages: (queueArn, listener) => room.listen(nameIn(queueArn), listener),
      settle(queueArn, receiptHandles) {
        const queue = queues.get(nameIn(queueArn));
        if (queue) for (const handle of receiptHandles) settle(queue, handle);
      },
      stop() {
        room.stop();
        retention.stop();
        moving.stop();
      },
      resume() {
        store.rebuild();
        retention.resume();
        room.resume();
        moving.resume();
      },
    };
  };
