import { namedChance } from "emulator/kernel/chance";
import type { Done } from "../plan.ts";
import type { CrashPoint } from "./record.ts";

/** A flow in which these faults happen besides. */
export type Case = { flow: string; faults: Done[] };

/** The I/O points of a flow, by the flow's name. */
export type FlowPoints = { flow: string; points: CrashPoint[] };

/** Cases that are made when they are wanted: there may be millions. */
export type Cases = { count: number; at: (index: number) => Case };

/** Every fault at every point of every flow. */
export const singlesOf = (recorded: readonly FlowPoints[]): Cases => {
  const all = recorded.flatMap(({ flow, points }) =>
    points.flatMap(({ point, fits }) =>
      fits.map((fault): Case => ({ flow, faults: [{ point, fault }] })),
    ),
  );
  return { count: all.length, at: (index) => all[index] as Case };
};

/** One of the faults that can befall each of some points, drawn by a name. */
const someFaults = (name: string, points: CrashPoint[]): Done[] => {
  const { draw } = namedChance(1, name);
  return points.map(({ point, fits }) => ({
    point,
    fault: fits[Math.floor(draw() * fits.length)] as Done["fault"],
  }));
};

/** Every two points of a flow, in the order in which it passes them, each with one of the faults that can befall it. */
export const pairsOf = (recorded: readonly FlowPoints[]): Cases => {
  const flows = recorded.map(({ flow, points }) => {
    const struck = points.filter(({ fits }) => fits.length > 0);
    return { flow, points: struck, count: (struck.length * (struck.length - 1)) / 2 };
  });
  return {
    count: flows.reduce((sum, { count }) => sum + count, 0),
    at(index) {
      let left = index;
      for (const { flow, points, count } of flows) {
        if (left >= count) {
          left -= count;
          continue;
        }
        // The pairs whose later point is the n-th are n: 0 and 1; 0 and 2, 1 and 2; ...
        const later = Math.floor((1 + Math.sqrt(1 + 8 * left)) / 2);
        const both = [points[left - (later * (later - 1)) / 2], points[later]] as CrashPoint[];
        return { flow, faults: someFaults(`pair ${flow} ${left}`, both) };
      }
      throw new RangeError(`There is no pair ${index}`);
    },
  };
};

/** So many times three points of a flow, by chance: the same ones each time. */
export const triplesOf = (recorded: readonly FlowPoints[], count: number): Cases => ({
  count: recorded.length === 0 ? 0 : count,
  at(index) {
    const { draw } = namedChance(1, `triple ${index}`);
    const { flow, points } = recorded[Math.floor(draw() * recorded.length)] as FlowPoints;
    const places = new Set<number>();
    while (places.size < Math.min(3, points.length)) places.add(Math.floor(draw() * points.length));
    const three = [...places].sort((a, b) => a - b).map((place) => points[place] as CrashPoint);
    return { flow, faults: someFaults(`faults of triple ${index}`, three) };
  },
});

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/**
 * The same cases in an order in which each part is as good a sample as any: it goes through them in strides of the
 * golden section, so that neighbours are far apart.
 */
export const mixed = ({ count, at }: Cases): Cases => {
  let stride = Math.max(1, Math.round(count * 0.6180339887));
  while (divisor(stride, count) > 1) stride += 1;
  return { count, at: (index) => at((index * stride) % count) };
};
