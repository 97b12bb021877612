import type { Timer } from "../../kernel/clock.ts";
import type { World } from "../../kernel/engine.ts";
import type { QueueDirectory } from "./directory.ts";
import type { MessageStore } from "./message-store.ts";
import type { Message } from "./messages.ts";
import { attributeOf, type Queue } from "./queues.ts";

/** A queue is looked through at most once in this time: who reads it meanwhile sees nothing expired either way. */
const pauseMs = 60_000;

/** Deletes what is older than its queue keeps messages, as time passes, and says how many nobody had handled. */
export const messageRetention = (
  { clock, note }: World,
  store: MessageStore,
  { queues }: QueueDirectory,
) => {
  const timers = new Map<string, { at: number; timer: Timer }>();
  let stopped = false;

  const endOf = (queue: Queue, { sentAt }: Message) =>
    sentAt + attributeOf(queue, "MessageRetentionPeriod") * 1000;
  const tell = ({ arn }: Queue, count: number) => note({ kind: "sqs.expired", queue: arn, count });

  const disarm = (name: string) => {
    timers.get(name)?.timer.cancel();
    timers.delete(name);
  };
  const arm = ({ name }: Queue, at: number) => {
    if (stopped) return;
    disarm(name);
    const timer = clock.after(at - clock.now(), `sqs retention ${name}`, () => {
      timers.delete(name);
      const queue = queues.get(name);
      if (queue) sweep(queue);
    });
    timers.set(name, { at, timer });
  };
  /** Deletes what has expired of a queue, and comes again when the next message has. */
  const sweep = (queue: Queue) => {
    let count = 0;
    let next = Number.POSITIVE_INFINITY;
    for (const message of store.all(queue)) {
      const end = endOf(queue, message);
      if (end > clock.now()) next = Math.min(next, end);
      else {
        store.remove(message);
        count += 1;
      }
    }
    if (count > 0) tell(queue, count);
    if (next < Number.POSITIVE_INFINITY) arm(queue, Math.max(next, clock.now() + pauseMs));
    else disarm(queue.name);
  };

  return {
    sweep,
    /** Deletes a message if it has expired. Answers whether it had. */
    expire(queue: Queue, message: Message): boolean {
      if (endOf(queue, message) > clock.now()) return false;
      store.remove(message);
      tell(queue, 1);
      return true;
    },
    /** Sees to it that a message of the queue is deleted in time. */
    watch(queue: Queue, message: Message) {
      const end = endOf(queue, message);
      const armed = timers.get(queue.name);
      if (!armed || armed.at > Math.max(end, clock.now() + pauseMs))
        arm(queue, Math.max(end, clock.now()));
    },
    stop() {
      stopped = true;
      for (const name of [...timers.keys()]) disarm(name);
    },
    resume() {
      stopped = false;
      for (const queue of queues.values()) if (!store.isEmpty(queue)) sweep(queue);
    },
    disarm,
  };
};

/** See `messageRetention`. */
export type MessageRetention = ReturnType<typeof messageRetention>;
