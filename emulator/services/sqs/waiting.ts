import type { Timer } from "../../kernel/clock.ts";
import type { Caller, World } from "../../kernel/engine.ts";
import type { QueueDirectory } from "./directory.ts";
import type { MessageStore } from "./message-store.ts";
import type { Queue } from "./queues.ts";
import type { Receive } from "./receiving.ts";

type Waiter = { input: Receive; caller: Caller; answer: (messages: object[]) => void };

/** Long polls, and listeners beside the queues: who waits is told when messages may have become visible. */
export const waitingRoom = (
  { clock }: World,
  { queues }: QueueDirectory,
  store: MessageStore,
  take: (queue: Queue, input: Receive, caller: Caller) => object[],
) => {
  const listeners = new Map<string, Set<() => void>>();
  const waiters = new Map<string, Waiter[]>();
  const timers = new Map<string, { at: number; timer: Timer }>();
  let stopped = false;

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
  /** A timer runs only while somebody waits for a message that is not visible. */
  const arm = (queue: Queue) => {
    const { name } = queue;
    const armed = timers.get(name);
    if (armed && armed.at <= clock.now()) return; // what it is for may have surfaced meanwhile
    const { inFlight, delayed, due } = store.of(queue);
    const awaited = listeners.get(name)?.size || waiters.get(name)?.length;
    if (!awaited || inFlight.size + delayed.size === 0) disarm(name);
    else if (!armed || armed.at > due) alarm(queue, due);
  };
  const wake = (queue: Queue) => {
    const { visible } = store.surface(queue);
    const waiting = waiters.get(queue.name) ?? [];
    while (waiting.length > 0 && visible.size > 0) {
      const [waiter] = waiting as [Waiter];
      const messages = take(queue, waiter.input, waiter.caller);
      if (messages.length === 0) break;
      waiting.shift();
      waiter.answer(messages);
    }
    if (visible.size > 0) for (const listener of listeners.get(queue.name) ?? []) listener();
    arm(queue);
  };

  return {
    arm,
    wake,
    isOpen: () => !stopped,
    /** Waits for messages, up to so many milliseconds; answers what is received then. */
    poll: (queue: Queue, input: Receive, caller: Caller, ms: number): Promise<object[]> =>
      new Promise((resolve) => {
        const waiting = waiters.get(queue.name) ?? [];
        waiters.set(queue.name, waiting);
        const timer = clock.after(ms, `sqs poll ${queue.name}`, () => {
          waiting.splice(waiting.indexOf(waiter), 1);
          const messages = take(queue, input, caller);
          arm(queue);
          resolve(messages);
        });
        const waiter: Waiter = {
          input,
          caller,
          answer: (found) => {
            timer.cancel();
            resolve(found);
          },
        };
        waiting.push(waiter);
        arm(queue);
      }),
    listen(name: string, listener: () => void): () => void {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      const queue = queues.get(name);
      // Messages that came before the listener: it hears of them as of any others, a moment later.
      if (queue && !store.isEmpty(queue)) alarm(queue, clock.now());
      return () => {
        heard.delete(listener);
        const left = queues.get(name);
        if (left) arm(left);
      };
    },
    /** Sends everybody away who waits at a queue. */
    close(name: string) {
      for (const { answer } of waiters.get(name)?.splice(0) ?? []) answer([]);
      waiters.delete(name);
      disarm(name);
    },
    stop() {
      stopped = true;
      for (const name of [...timers.keys()]) disarm(name);
      for (const waiting of waiters.values())
        for (const { answer } of waiting.splice(0)) answer([]);
    },
    resume() {
      stopped = false;
      for (const queue of queues.values())
        if (listeners.get(queue.name)?.size && !store.isEmpty(queue)) alarm(queue, clock.now());
    },
  };
};
