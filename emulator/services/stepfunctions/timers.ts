import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Execution, Thread } from "./execution.ts";

type Task = () => Promise<void> | void;

/** What is planned for threads, each plan a decision of the clock. `run` is how a plan that is due is carried out. */
export type Timers = ReturnType<typeof createTimers>;

export const createTimers = (
  clock: Clock,
  changed: (x: Execution) => void,
  run: (x: Execution, t: Thread, task: Task) => Promise<void>,
) => {
  const timers = new WeakMap<Thread, Set<Timer>>();

  /** Whether a thread still stands where it stood at that step. */
  const live = (x: Execution, t: Thread, step: number) =>
    t.step === step && x.status === "RUNNING" && x.threads[t.id] === t;

  /** Forgets what was planned for this thread, in the memory only; what comes of it later finds itself outdated. */
  const forget = (t: Thread) => {
    t.step += 1;
    const pending = timers.get(t);
    if (!pending) return;
    for (const timer of pending) timer.cancel();
    pending.clear();
  };

  /** Nothing that was planned for this thread happens any more. */
  const settle = (x: Execution, t: Thread) => {
    forget(t);
    changed(x);
  };

  /**
   * Plans a task for a thread, for a moment in milliseconds since 1970, unless the thread is settled before. What it
   * is has to stand in the thread, for a plan is lost with the process.
   */
  const at = (x: Execution, t: Thread, moment: number, what: string, task: Task) => {
    const { step } = t;
    const pending = timers.get(t) ?? new Set();
    timers.set(t, pending);
    const label = `states ${what} ${x.machineName} ${x.name}`;
    const timer = clock.after(Math.max(0, moment - clock.now()), label, () => {
      pending.delete(timer);
      return live(x, t, step) ? run(x, t, task) : undefined;
    });
    pending.add(timer);
    changed(x);
  };

  const soon = (x: Execution, t: Thread, what: string, task: Task) =>
    at(x, t, clock.now(), what, task);

  return { live, forget, settle, at, soon };
};
