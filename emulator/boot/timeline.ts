import type { Cloud } from "../kernel/cloud.ts";
import type { Snapshot } from "../kernel/keep.ts";
import type { ClockMoment, PacedClock } from "../kernel/paced-clock.ts";
import type { Arrivals } from "./arrivals.ts";
import { createMoments, type Kept, type Moment } from "./moments.ts";

/** All of a world at one moment: what the engines know, and what its clock will say and draw. */
export type WorldMoment = { parts: Snapshot["parts"]; clock: ClockMoment };

/** Why there is no going back: one sentence for whoever asked. */
export class CannotRewind extends Error {
  override name = "CannotRewind";
}

/** The past of a world that can be gone back to. */
export type Timeline = {
  /** The oldest first; the first one is the opening. */
  moments: () => Moment[];
  /** Keeps this moment. */
  mark: (label?: string) => Promise<Moment>;
  /** Goes back to a kept moment, or to the last one that is not later than a time. Throws CannotRewind. */
  rewind: (to: number | { at: number }) => Promise<Moment>;
  /** Goes back to the first moment and stands there until something comes from outside. */
  reset: () => Promise<Moment>;
  /** What a moment is made of, for another world that begins there. Throws CannotRewind. */
  worldAt: (id: number) => WorldMoment;
  stop: () => void;
};

export type TimelineOptions = {
  cloud: Pick<Cloud, "keeper" | "restart">;
  clock: PacedClock;
  arrivals: Pick<Arrivals, "interrupt">;
  /** Why nothing may be turned back, if that is so. */
  forbidden?: string | undefined;
  /** The newest entry of the trace. */
  seq?: () => number;
  /** Writes down that the world stands at an earlier moment. Answers that entry, the cause of all that goes on by itself. */
  turned?: (moment: Moment, what: "rewound" | "reset") => number | undefined;
  /** Hears that the world goes on from an earlier moment, before it does so. */
  rewound?: (moment: Moment, what: "rewound" | "reset") => unknown;
  /** How many decisions there are from one moment to the next, at least. */
  every?: number;
  most?: number;
  heaviest?: number;
  /** What it measures with how long keeping a moment takes, in milliseconds. */
  monotonic?: () => number;
};

/** Part of the time that may be spent on keeping moments. */
const SHARE = 0.01;

/** Who holds which key is no matter of time: what a client has goes on being good. */
const timeless = ["iam.keys"];

const weightOf = (parts: Snapshot["parts"]) => {
  let weight = 0;
  for (const taken of parts.values()) if (Array.isArray(taken)) weight += taken.length;
  return weight;
};

/**
 * Keeps moments of a world between its decisions, so that all of it can go on from any of them: dense near now, sparse
 * farther back.
 */
export const createTimeline = ({
  cloud,
  clock,
  arrivals,
  forbidden,
  seq = () => 0,
  turned = () => undefined,
  rewound = () => {},
  every = 50,
  most = 64,
  heaviest = 1_000_000,
  monotonic = () => performance.now(),
}: TimelineOptions): Timeline => {
  const moments = createMoments<WorldMoment>({ most, heaviest });
  let decisions = 0;
  let cost = { ended: 0, ms: 0 };
  let turning = false;

  const take = (label?: string): Moment => {
    const began = monotonic();
    const value = { parts: cloud.keeper.take(), clock: clock.moment() };
    const ended = monotonic();
    cost = { ended, ms: ended - began };
    decisions = 0;
    const at = value.clock.now;
    return moments.add(value, {
      at,
      seq: seq(),
      weight: weightOf(value.parts),
      ...(label !== undefined && { label }),
    });
  };
  const stop = clock.afterEach(() => {
    decisions += 1;
    if (forbidden !== undefined || decisions < every || moments.all().length === 0) return;
    if (monotonic() - cost.ended >= cost.ms / SHARE) take();
  });

  const plain = ({ id, at, seq, label }: Kept<WorldMoment>): Moment => ({
    id,
    at,
    seq,
    ...(label !== undefined && { label }),
  });

  const goTo = async (to: Kept<WorldMoment> | undefined, what: "rewound" | "reset") => {
    if (forbidden !== undefined) throw new CannotRewind(forbidden);
    if (!to) throw new CannotRewind("There is no such moment.");
    if (turning) throw new CannotRewind("It is being turned back already.");
    turning = true;
    try {
      await clock.between(async () => {
        arrivals.interrupt("Time was turned back while this was under way: ask again.");
        await cloud.restart((keeper) => {
          clock.turnBack(to.value.clock);
          const parts = new Map(to.value.parts);
          for (const name of timeless) parts.delete(name);
          keeper.put(parts);
          return turned(plain(to), what);
        });
        moments.endAt(to.id);
        decisions = 0;
        if (what === "reset") {
          clock.resume();
          clock.stand();
        }
        await rewound(plain(to), what);
      });
    } finally {
      turning = false;
    }
    return plain(to);
  };

  return {
    moments: () => moments.all().map(plain),
    mark: (label) => clock.between(() => take(label)),
    rewind: (to) =>
      goTo(typeof to === "number" ? moments.get(to) : moments.before(to.at), "rewound"),
    reset: () => goTo(moments.all()[0], "reset"),
    worldAt(id) {
      const found = moments.get(id);
      if (!found) throw new CannotRewind("There is no such moment.");
      return found.value;
    },
    stop,
  };
};
