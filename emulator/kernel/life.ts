import type { Clock, Timer } from "./clock.ts";

/** What goes on between a start and a stop. What comes back to it later finds it over, and changes nothing. */
export type Life = {
  over: () => boolean;
  after: Clock["after"];
  /** Cancels every timer of it. */
  end: () => void;
};

/** A life that begins now. */
export const newLife = (clock: Clock): Life => {
  const timers = new Set<Timer>();
  let over = false;
  return {
    over: () => over,
    after(ms, label, task) {
      if (over) return { cancel: () => {} };
      const timer = clock.after(ms, label, () => {
        timers.delete(timer);
        return task();
      });
      timers.add(timer);
      return {
        cancel() {
          timer.cancel();
          timers.delete(timer);
        },
      };
    },
    end() {
      over = true;
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
};
