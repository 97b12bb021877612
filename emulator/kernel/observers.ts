import type { Clock } from "./clock.ts";

/** What is not an API call, told to whoever observes: a state entered, a delivery, a parked message. */
export type Fact = Record<string, unknown> & { kind: string };

export type Observer = (fact: Fact) => unknown;

/**
 * Those who hear of facts, or of entries of the trace; a list that is copied on write. One that fails changes nothing for the engine that tells, nor for
 * the others: its first failure is thrown in a turn of the clock, which reports it.
 */
export const createObservers = <T = Fact>(clock: Clock) => {
  let observers: readonly { hear: (heard: T) => unknown }[] = [];
  const failed = new WeakSet<object>();

  const report = (observer: object, error: unknown) => {
    if (failed.has(observer)) return;
    failed.add(observer);
    clock.after(0, "tell an observer", () => {
      throw error;
    });
  };
  return {
    note(fact: T) {
      for (const observer of observers)
        try {
          const heard = observer.hear(fact);
          if (heard instanceof Promise) heard.catch((error) => report(observer, error));
        } catch (error) {
          report(observer, error);
        }
    },
    observe(hear: (heard: T) => unknown) {
      const own = { hear };
      observers = [...observers, own];
      return () => {
        observers = observers.filter((one) => one !== own);
      };
    },
  };
};
