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
  /** A number in [0, 1). */
  random: () => number;
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
    random: Math.random,
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

type Entry = { at: number; tie: number; label: string; task: (() => unknown) | undefined };

/** Mulberry32, a small seeded generator: enough for scheduling, not for secrets. */
export const seededRandom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

/** The macrotask turn after which every promise that can settle without a timer has settled. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

export const virtualClock = ({
  seed = 1,
  start = Date.UTC(2026, 0, 1),
  onError = (error: unknown): void => {
    throw error;
  },
}: {
  seed?: number;
  start?: number;
  onError?: (error: unknown, label: string) => void;
} = {}): VirtualClock => {
  const random = seededRandom(seed);
  let queue: Entry[] = []; // a binary heap by (at, tie)
  let cancelled = 0; // how many of them have no task any more
  let now = start;
  let held = 0;

  const order = (a: Entry, b: Entry) => a.at - b.at || a.tie - b.tie;
  const before = (a: Entry, b: Entry) => order(a, b) < 0;
  const swap = (i: number, j: number) => {
    const a = queue[i] as Entry;
    queue[i] = queue[j] as Entry;
    queue[j] = a;
  };
  const push = (entry: Entry) => {
    let i = queue.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(queue[i] as Entry, queue[parent] as Entry)) break;
      swap(i, parent);
      i = parent;
    }
  };
  const pop = (): Entry => {
    const top = queue[0] as Entry;
    const last = queue.pop() as Entry;
    if (queue.length > 0) {
      queue[0] = last;
      for (let i = 0; ; ) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2])
          if (child < queue.length && before(queue[child] as Entry, queue[least] as Entry))
            least = child;
        if (least === i) break;
        swap(i, least);
        i = least;
      }
    }
    return top;
  };

  /** Timers of a week are cancelled after a second: they do not wait for their time. What is sorted is a heap. */
  const forgetCancelled = () => {
    if (cancelled < 64 || cancelled < queue.length / 2) return;
    queue = queue.filter(({ task }) => task).sort(order);
    cancelled = 0;
  };

  const quiet = async () => {
    do await settle();
    while (held > 0);
  };
  /** Begins the next task, if one is due until then. It has begun and ended when all is quiet again. */
  const step = (until: number): boolean => {
    let next: Entry;
    for (;;) {
      if (!queue[0] || queue[0].at > until) return false;
      next = pop();
      if (next.task) break;
      cancelled -= 1; // no time passes for it
    }
    const { at, label, task } = next;
    next.task = undefined; // who still holds the timer does not hold all that it was for
    now = Math.max(now, at);
    // Not awaited: a task may itself wait for later virtual time.
    Promise.resolve()
      .then(task)
      .catch((error) => onError(error, label));
    return true;
  };

  return {
    now: () => now,
    random,
    after(ms, label, task) {
      // Whole milliseconds, as timers on the wall have them: code takes Date.now() for an integer.
      const entry: Entry = { at: now + Math.max(0, Math.trunc(ms)), tie: random(), label, task };
      push(entry);
      const cancel = () => {
        if (!entry.task) return;
        entry.task = undefined;
        cancelled += 1;
        forgetCancelled();
      };
      return { cancel };
    },
    waiting: () => queue.length,
    async hold(work) {
      held += 1;
      try {
        return await work;
      } finally {
        held -= 1;
      }
    },
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
        if (queue.length > cancelled) now = until; // with nothing to come, no time passes either
        return done();
      }
    },
  };
};
