import type { Moment } from "../boot/moments.ts";
import { CannotRewind, type Timeline, type WorldMoment } from "../boot/timeline.ts";
import type { Cloud } from "../kernel/cloud.ts";
import { isObject } from "../kernel/json.ts";
import type { Keeper, Part } from "../kernel/keep.ts";
import type { PacedClock } from "../kernel/paced-clock.ts";
import type { MakeRuntime } from "../services/lambda/function.ts";
import { ownParts, type RecordedMoment } from "./recording.ts";

/** A moment that can be gone to. */
export type PastMoment = { moment: Moment; world: WorldMoment };

/** Runs nothing: in a recorded world nothing happens any more. */
export const noRuntime: MakeRuntime = () => ({
  prepare: async () => {},
  invoke: async () => ({
    ok: false,
    error: { errorType: "RecordedRun", errorMessage: "Nothing runs in a recorded run." },
  }),
  warm: async () => {},
  crash: () => {},
  renew: () => {},
  stop: () => {},
});

/** So much moments may list together: what a live world keeps of its own is less. */
const HEAVIEST = 4_000_000;

/** How many lists, objects and what is in them a value is made of. */
const sizeOf = (value: unknown): number => {
  let size = 1;
  if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) size += sizeOf(inner);
  return size;
};

/** About how much a part lists for one moment, and does not share with the moment before. */
const listed = (part: Part, taken: unknown): number => {
  if (taken instanceof Map) return taken.size;
  if (!Array.isArray(taken)) return 0;
  let sum = taken.length;
  for (const one of taken) {
    // What was copied is there once for each moment.
    if (part.copies && Array.isArray(one) && one[1] !== part.get(one[0])) sum += sizeOf(one[1]);
    if (isObject(one))
      // A list of references takes an eighth of what a list of pairs does.
      for (const inner of Object.values(one)) if (Array.isArray(inner)) sum += inner.length / 8;
  }
  return sum;
};

/**
 * Puts all moments of a recording into a world, one after the other, and answers them as worlds of their own that share
 * what did not change. The world stands at the last one. Its engines must be stopped meanwhile. Throws where they are
 * more than can be held.
 */
export const putMoments = (keeper: Keeper, moments: readonly RecordedMoment[]): PastMoment[] => {
  for (const [name, part] of keeper.parts)
    if (!ownParts.includes(name)) for (const key of [...part.keys()]) part.apply(key, undefined);
  let weight = 0;
  return moments.map(({ moment, clock, changes }) => {
    for (const [name, key, value] of changes)
      if (!ownParts.includes(name)) keeper.parts.get(name)?.apply(key, value);
    const parts = new Map(keeper.take());
    for (const name of ownParts) parts.delete(name);
    for (const [name, taken] of parts) {
      const part = keeper.parts.get(name);
      if (part) weight += listed(part, taken);
    }
    if (weight > HEAVIEST) throw new Error("its moments have too much in them");
    return { moment, world: { parts, clock } };
  });
};

/** The moments of a recorded world: one goes to any of them, and to any other from there. */
export const recordedTimeline = ({
  cloud,
  clock,
  moments,
  refusal,
}: {
  cloud: Pick<Cloud, "restart" | "trace">;
  clock: PacedClock;
  moments: readonly PastMoment[];
  /** Why nothing is kept here. */
  refusal: string;
}): Timeline => {
  const found = (moment: PastMoment | undefined): PastMoment => {
    if (!moment) throw new CannotRewind("There is no such moment.");
    return moment;
  };
  const goTo = async ({ moment, world }: PastMoment): Promise<Moment> => {
    await clock.between(() =>
      cloud.restart((keeper) => {
        clock.turnBack(world.clock);
        keeper.put(world.parts);
      }),
    );
    cloud.trace.turn();
    return moment;
  };
  const byId = (id: number) => found(moments.find(({ moment }) => moment.id === id));
  return {
    moments: () => moments.map(({ moment }) => moment),
    mark: async () => {
      throw new CannotRewind(refusal);
    },
    rewind: async (to) =>
      goTo(
        typeof to === "number"
          ? byId(to)
          : found(moments.findLast(({ moment }) => moment.at <= to.at)),
      ),
    reset: async () => goTo(found(moments[0])),
    worldAt: (id) => byId(id).world,
    stop: () => {},
  };
};
