import type { PacedClock, PacedClockOptions } from "../paced-clock.ts";

/** The machine's time as a test moves it, with its timers. */
export type FakeWall = Required<Pick<PacedClockOptions, "wall" | "monotonic" | "later">> & {
  /** Lets time of the machine pass, and the clock do what it does meanwhile; `busy` is when the machine has no time for that. */
  pass: (clock: PacedClock, ms: number) => Promise<void>;
  busy: (ms: number) => void;
  /** Puts the wall forward or back, of which the monotonic clock knows nothing. */
  jump: (ms: number) => void;
  /** How many timers of the machine are armed. */
  armed: () => number;
};

/** A machine whose time stands until a test moves it. */
export const fakeWall = (start = 1_000_000): FakeWall => {
  let [wall, monotonic] = [start, 500];
  const timers = new Set<{ at: number; task: () => void }>();
  const first = () => [...timers].sort((a, b) => a.at - b.at)[0];
  const move = (ms: number) => {
    wall += ms;
    monotonic += ms;
  };
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    later(ms, task) {
      const timer = { at: monotonic + ms, task };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async pass(clock, ms) {
      const until = monotonic + ms;
      for (;;) {
        await clock.between(() => {}); // until what is under way has ended
        const timer = first();
        if (!timer || timer.at > until) break;
        move(Math.max(0, timer.at - monotonic));
        timers.delete(timer);
        timer.task();
      }
      move(Math.max(0, until - monotonic));
    },
    busy: move,
    jump(ms) {
      wall += ms;
    },
    armed: () => timers.size,
  };
};
