import { randomFillSync } from "node:crypto";
import { namedChances } from "./chance.ts";
import type { Clock } from "./clock.ts";
import { createDecisions, type Decision } from "./decisions.ts";
import { forwardTime, type TimeSources } from "./forward-time.ts";

/** What was done to a paced clock. */
export type ClockChange =
  | { what: "paused" | "resumed" | "stood" }
  | { what: "speed"; speed: number }
  | ({ what: "step" } & Decision)
  | { what: "turned back"; to: number };

/** A moment of a clock: the time, and what chance it will draw from then on. */
export type ClockMoment = { now: number; chance: readonly number[] };

/** A virtual clock that the wall drives. Where it says so, it stands still, and everything with it. */
export type PacedClock = Clock & {
  /** How fast its time passes, against the wall's; Infinity where nothing is waited for. */
  readonly speed: number;
  readonly paused: boolean;
  /** Whether its time stands until something comes from outside. */
  readonly standing: boolean;
  /** Over 0 and at most 4, or Infinity. Throws a RangeError for any other. */
  setSpeed: (speed: number) => void;
  pause: () => void;
  resume: () => void;
  /** Lets time stand until something comes from outside. */
  stand: () => void;
  /** Something came from outside: time that stood for it goes on, unless the clock is paused. */
  arrived: () => void;
  /** Pauses, runs what is due next, and waits until all is quiet. Answers undefined where nothing is to come. */
  step: () => Promise<Decision | undefined>;
  /** What a step would run. */
  next: () => Decision | undefined;
  /** How many timers it holds, cancelled ones that it has not forgotten yet among them. */
  waiting: () => number;
  /** The time of the machine, which what comes from outside is signed with. */
  wall: () => number;
  /** Runs work while nothing else is under way: between two decisions, when all is quiet. */
  between: <T>(work: () => T | Promise<T>) => Promise<T>;
  moment: () => ClockMoment;
  /** Forgets every timer and goes on from a moment: the one way in which its time goes back. */
  turnBack: (moment: ClockMoment) => void;
  /** Hears what is done to it. Answers how to stop. */
  hear: (listener: (change: ClockChange) => void) => () => void;
  /** Hears that a decision was made and all is quiet again. Answers how to stop. */
  afterEach: (listener: () => void) => () => void;
  stop: () => void;
};

export type PacedClockOptions = TimeSources & {
  onError?: (error: unknown, label: string) => void;
  /** The moment it starts at; otherwise the wall's time, and chance that nobody has had. */
  from?: ClockMoment;
  speed?: number;
  /** Does a task in `ms` milliseconds of the wall. Answers how to cancel that. */
  later?: (ms: number, task: () => void) => () => void;
};

/** The longest that it does not look at the wall, which may have gone ahead: a laptop that slept tells nobody. */
const LOOK_MS = 1000;

/** How far it falls behind and still catches up. What a busy machine needs beyond that is no time that has passed. */
const BEHIND_MS = 1000;

const onTimeout = (ms: number, task: () => void) => {
  if (ms <= 0) {
    const immediate = setImmediate(task);
    return () => clearImmediate(immediate);
  }
  const timeout = setTimeout(task, ms);
  return () => clearTimeout(timeout);
};

const freshChance = () => [...randomFillSync(new Int32Array(4))];

const checkSpeed = (speed: number) => {
  const allowed = speed > 0 && (speed <= 4 || speed === Number.POSITIVE_INFINITY);
  if (typeof speed !== "number" || !allowed)
    throw new RangeError(`A speed is over 0 and at most 4, or Infinity, not ${speed}.`);
  return speed;
};

/**
 * A virtual clock at the pace of the wall. Its time is that of what is due next, while the machine is behind: so nothing is
 * ever late, and no time-out ends what only waited for the processor. One decision begins when all that the last one set off
 * is quiet.
 */
export const pacedClock = ({
  onError = (error) => {
    throw error;
  },
  from,
  speed: first = 1,
  later = onTimeout,
  ...sources
}: PacedClockOptions = {}): PacedClock => {
  const { wall = Date.now, monotonic = () => performance.now() } = sources;
  const real = forwardTime({ ...sources, wall, monotonic });
  const listeners = new Set<(change: ClockChange) => void>();
  const afterwards = new Set<() => void>();

  let speed = checkSpeed(first);
  let [paused, standing, stopped] = [false, false, false];
  let seen = { real: real(), monotonic: monotonic() };
  let current = from?.now ?? seen.real;
  const chance = namedChances([], () => current);
  chance.restore(from?.chance ?? freshChance());
  const decisions = createDecisions(chance.draw, onError);
  const { quiet } = decisions;
  /** Where the wall wants it to be, and up to where that is because the wall went ahead. */
  let [target, slept] = [current, current];
  let wake: { at: number; cancel: () => void } | undefined;
  /** How many wait for the time between two decisions, or have it. */
  let asking = 0;
  let running = false;
  let deciding = false;
  let tail: Promise<unknown> = Promise.resolve();

  const still = () => paused || standing || stopped;
  const tell = (change: ClockChange) => {
    for (const listener of listeners) listener(change);
  };

  /** Looks at the wall: time passes. */
  const look = () => {
    const here = { real: real(), monotonic: monotonic() };
    const passed = here.real - seen.real;
    const ahead = passed - (here.monotonic - seen.monotonic);
    seen = here;
    if (still() || speed === Number.POSITIVE_INFINITY) return;
    target += passed * speed;
    if (ahead > LOOK_MS) slept = target;
    const next = decisions.next();
    if (next) target = Math.min(target, Math.max(next.at + BEHIND_MS, slept));
    // While a decision is under way, its time stands: what it sets off begins then, however long the machine takes.
    const now = Math.floor(next ? Math.min(target, next.at) : target);
    if (!deciding && now > current) current = now;
  };
  const standHere = () => {
    target = current;
    slept = current;
  };

  const disarm = () => {
    wake?.cancel();
    wake = undefined;
  };
  /** One timer of the machine, for what is due next. */
  const arm = () => {
    disarm();
    if (still() || running) return;
    const next = decisions.next();
    if (!next) return;
    look();
    const left = Math.ceil((next.at - target) / speed);
    wake = { at: next.at, cancel: later(Math.max(0, Math.min(left, LOOK_MS)), run) };
  };

  const begin = (until: number) => {
    const begun = decisions.begin(until);
    if (begun) [current, deciding] = [Math.max(current, begun.at), true];
    return begun;
  };
  const settled = async () => {
    await quiet();
    deciding = false;
    for (const listener of afterwards)
      try {
        listener();
      } catch (error) {
        onError(error, "after a decision");
      }
  };

  /** One after the other: what runs decisions, and what runs between them. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    asking += 1;
    const mine = tail.then(work).finally(() => {
      asking -= 1;
    });
    tail = mine.catch(() => {});
    return mine;
  };

  const runDue = async () => {
    await quiet();
    // At least one: whoever asks again and again for the time between two decisions gets that, too.
    do {
      if (still()) break;
      look();
      if (!begin(speed === Number.POSITIVE_INFINITY ? speed : target)) break;
      await settled();
    } while (asking === 1);
  };
  const run = () => {
    if (running || still()) return;
    running = true;
    disarm();
    void alone(runDue).finally(() => {
      running = false;
      arm();
    });
  };

  /** Changes something about how time passes, from now on. */
  const change = (make: () => void, told: ClockChange) => {
    look();
    make();
    standHere();
    arm();
    tell(told);
  };

  const pause = () => {
    if (paused) return;
    change(
      () => {
        paused = true;
      },
      { what: "paused" },
    );
  };

  return {
    get speed() {
      return speed;
    },
    get paused() {
      return paused;
    },
    get standing() {
      return standing;
    },
    now() {
      look();
      return current;
    },
    random: chance.draw,
    after(ms, label, task) {
      if (stopped) return { cancel: () => {} };
      look();
      // Whole milliseconds, as timers on the wall have them: code takes Date.now() for an integer.
      const at = current + Math.max(0, Math.trunc(ms));
      const timer = decisions.add(at, label, task);
      if (!running && (wake === undefined || at < wake.at)) arm();
      return timer;
    },
    hold: decisions.hold,
    waiting: decisions.waiting,
    next: () => {
      const next = decisions.next();
      return next && { at: next.at, label: next.label };
    },
    wall,
    setSpeed(to) {
      checkSpeed(to);
      change(
        () => {
          speed = to;
        },
        { what: "speed", speed: to },
      );
    },
    pause,
    resume() {
      if (!paused && !standing) return;
      change(
        () => {
          [paused, standing] = [false, false];
        },
        { what: "resumed" },
      );
    },
    stand() {
      if (standing) return;
      change(
        () => {
          standing = true;
        },
        { what: "stood" },
      );
    },
    arrived() {
      if (!standing) return;
      change(
        () => {
          standing = false;
        },
        { what: "resumed" },
      );
    },
    step() {
      pause();
      return alone(async () => {
        await quiet();
        const begun = begin(Number.POSITIVE_INFINITY);
        if (!begun) return undefined;
        standHere();
        await settled();
        const { at, label } = begun;
        tell({ what: "step", at, label });
        return { at, label };
      });
    },
    between: (work) =>
      alone(async () => {
        await quiet();
        return work();
      }).finally(arm),
    moment() {
      look();
      return { now: current, chance: chance.state() };
    },
    turnBack({ now, chance: state }) {
      look();
      decisions.clear();
      current = now;
      chance.restore(state);
      standHere();
      arm();
      tell({ what: "turned back", to: now });
    },
    hear(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    afterEach(listener) {
      afterwards.add(listener);
      return () => void afterwards.delete(listener);
    },
    stop() {
      stopped = true;
      disarm();
      decisions.clear();
    },
  };
};
