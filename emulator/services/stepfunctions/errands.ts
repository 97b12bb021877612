import type { Timer } from "../../kernel/clock.ts";
import type { Caller, World } from "../../kernel/engine.ts";

/** A call that the service makes by itself; the state has it until it is made. */
export type Errand = {
  label: string;
  caller: Caller;
  service: string;
  operation: string;
  input: Record<string, unknown>;
  /** Whom it concerns, for what is told when it fails. */
  about: { execution: string; status?: string };
};

/** Makes calls, each as a decision of the clock. `made` hears each call's promise, and decides what a failure is. */
export const createErrands = (
  { clock, call, keep }: World,
  made: (errand: Errand, answer: Promise<unknown>) => Promise<void>,
) => {
  const errands = keep.map<Errand>("states.errands");
  const timers = new Set<Timer>();
  let life = 0;

  const run = (key: string, errand: Errand) => {
    const timer = clock.after(0, `states ${errand.label}`, async () => {
      timers.delete(timer);
      const mine = life;
      try {
        await made(errand, call(errand));
      } finally {
        if (life === mine) errands.delete(key);
      }
    });
    timers.add(timer);
  };

  return {
    /** The key names the errand: the same one is not run twice at a time. */
    send(key: string, errand: Errand) {
      if (errands.has(key)) return;
      errands.set(key, errand);
      run(key, errand);
    },
    stop() {
      life += 1;
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
    resume() {
      for (const [key, errand] of errands) run(key, errand);
    },
  };
};
