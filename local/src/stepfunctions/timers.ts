import type { Clock, Timer } from "../clock.ts";
import type { Execution, Thread } from "./execution.ts";

type Task = () => Promise<void> | void;

/** What is planned for threads, each plan a decision of the clock. `run` is how a plan that is due is carried out. */
export type Timers = ReturnType<typeof createTimers>;

export const createTimers = (
  clock: Clock,
  run: (x: Execution, t: Thread, task: Task) => Promise<void>,
) => {
  const timers = new Map<string, Set<Timer>>();
  const keyOf = (x: Execution, t: Thread) => `${x.arn}#${t.id}`;

  /** Whether a thread still stands where it stood at that step. */
  const live = (x: Execution, t: Thread, step: number) =>
    x.status === "RUNNING" && x.threads[t.id] === t && t.step === step;

  /** Nothing that was planned for this thread happens any more. */
  const settle = (x: Execution, t: Thread) => {
    t.step += 1;
    for (const timer of timers.get(keyOf(x, t)) ?? []) timer.cancel();
    timers.delete(keyOf(x, t));
  };

  /** Plans a task for a thread, in `ms` milliseconds, unless the thread is settled before. */
  const later = (x: Execution, t: Thread, ms: number, what: string, task: Task) => {
    const { step } = t;
    const pending = timers.get(keyOf(x, t)) ?? new Set();
    timers.set(keyOf(x, t), pending);
    const timer = clock.after(ms, `states ${what} ${x.machineName} ${x.name}`, () => {
      pending.delete(timer);
      return live(x, t, step) ? run(x, t, task) : undefined;
    });
    pending.add(timer);
  };

  const stop = () => {
    for (const pending of timers.values()) for (const timer of pending) timer.cancel();
    timers.clear();
  };

  return { live, settle, later, stop };
};
