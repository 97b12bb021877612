import type { Caller, World } from "../../kernel/engine.ts";
import { newLife } from "../../kernel/life.ts";

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
  let life = newLife(clock);

  const run = (key: string, errand: Errand) => {
    const mine = life;
    mine.after(0, `states ${errand.label}`, async () => {
      try {
        await made(errand, call(errand));
      } finally {
        if (!mine.over()) errands.delete(key);
      }
    });
  };

  return {
    /** The key names the errand: the same one is not run twice at a time. */
    send(key: string, errand: Errand) {
      if (errands.has(key)) return;
      errands.set(key, errand);
      run(key, errand);
    },
    stop() {
      life.end();
      life = newLife(clock);
    },
    resume() {
      for (const [key, errand] of errands) run(key, errand);
    },
  };
};
