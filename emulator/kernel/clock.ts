import { namedChances, seedWords } from "./chance.ts";
import { createDecisions } from "./decisions.ts";
import { forwardTime, type TimeSources } from "./forward-time.ts";

/** Cancels what has not happened yet. */
export type Timer = { cancel: () => void };

/**
 * The only source of time, order and chance in the emulator. No engine reads the wall clock, sets a
 * timer or draws a random number by itself.
 */
export type Clock = {
  /** Milliseconds since 1970. */
  now: () => number;
  /**
   * A number in [0, 1), of a stream of its own for each name: who draws from one does not shift what others draw. The name
   * says who draws and what for: "sqs ids Things".
   */
  random: (stream?: string) => number;
  /** Runs `task` after `ms` milliseconds. The label names the decision in traces: "sqs deliver Things". */
  after: (ms: number, label: string, task: () => unknown) => Timer;
  /** Keeps virtual time from passing while real work (a signature, a worker) is under way. */
  hold: <T>(work: Promise<T>) => Promise<T>;
};

const noTimer: Timer = { cancel: () => {} };

/** Node's timers hold 31 bits: beyond 24.8 days they fire at once, so a longer wait is made of several. */
const LONGEST_MS = 2 ** 31 - 1;

/** How often it is looked whether the wall went ahead, as it does while a laptop sleeps. */
const LOOK_MS = 1000;

/**
 * Time at the pace of the wall, which never goes back. A wall that goes ahead takes along what is due by then. A task that
 * fails is reported to `onError`, and nothing else stops.
 */
export const realClock = (
  onError: (error: unknown, label: string) => void,
  { lookEvery = LOOK_MS, ...sources }: TimeSources & { lookEvery?: number } = {},
): Clock & { stop: () => void } => {
  type Pending = { timeout: NodeJS.Timeout | undefined; at: number; arm: () => void };
  const { monotonic = () => performance.now() } = sources;
  const now = forwardTime({ ...sources, monotonic });
  const pending = new Set<Pending>();
  let stopped = false;

  let last = { at: now(), measured: monotonic() };
  const look = () => {
    const here = { at: now(), measured: monotonic() };
    const skipped = here.at - last.at - (here.measured - last.measured);
    last = here;
    // Node's timers do not count the time that was skipped.
    if (skipped > LOOK_MS) for (const entry of [...pending]) entry.arm();
  };
  const watch = setInterval(look, lookEvery).unref();

  return {
    now,
    random: () => Math.random(),
    after(ms, label, task) {
      if (stopped) return noTimer;
      const run = async () => {
        pending.delete(entry);
        try {
          await task();
        } catch (error) {
          onError(error, label);
        }
      };
      const arm = () => {
        clearTimeout(entry.timeout);
        wait(Math.max(0, entry.at - now()));
      };
      const wait = (left: number) => {
        entry.timeout = setTimeout(left > LONGEST_MS ? arm : run, Math.min(left, LONGEST_MS));
      };
      const entry: Pending = { timeout: undefined, at: now() + ms, arm };
      pending.add(entry);
      wait(ms);
      const cancel = () => {
        clearTimeout(entry.timeout);
        pending.delete(entry);
      };
      return { cancel };
    },
    hold: (work) => work,
    stop() {
      stopped = true;
      clearInterval(watch);
      for (const { timeout } of pending) clearTimeout(timeout);
      pending.clear();
    },
  };
};

/** A clock that only moves when told to: the same seed gives the same order of everything. */
export type VirtualClock = Clock & {
  /** Runs everything that is due within `ms` milliseconds from now, then stands there. */
  advance: (ms: number) => Promise<void>;
  /** Runs until `done` answers true, at most `ms` milliseconds of virtual time. Answers whether it did. */
  runUntil: (done: () => boolean | Promise<boolean>, ms?: number) => Promise<boolean>;
  /** How many timers it holds, cancelled ones that it has not forgotten yet among them. */
  waiting: () => number;
};

export const virtualClock = ({
  seed = 1,
  start = Date.UTC(2026, 0, 1),
  onError = (error: unknown): void => {
    throw error;
  },
}: {
  seed?: number | string;
  start?: number;
  onError?: (error: unknown, label: string) => void;
} = {}): VirtualClock => {
  let now = start;
  const { draw: random } = namedChances(seedWords(seed), () => now);
  const decisions = createDecisions(random, onError);
  const { quiet } = decisions;

  const step = (until: number): boolean => {
    const begun = decisions.begin(until);
    if (begun) now = Math.max(now, begun.at);
    return begun !== undefined;
  };

  return {
    now: () => now,
    random,
    // Whole milliseconds, as timers on the wall have them: code takes Date.now() for an integer.
    after: (ms, label, task) => decisions.add(now + Math.max(0, Math.trunc(ms)), label, task),
    waiting: decisions.waiting,
    hold: decisions.hold,
    async advance(ms) {
      const until = now + ms;
      do await quiet();
      while (step(until));
      now = until;
    },
    async runUntil(done, ms = 24 * 3600_000) {
      const until = now + ms;
      for (;;) {
        await quiet();
        const answer = done();
        if (await answer) return true;
        if (typeof answer !== "boolean") await quiet(); // whatever it asked of the clock's world
        if (step(until)) continue;
        if (decisions.left() > 0) now = until; // with nothing to come, no time passes either
        return done();
      }
    },
  };
};
