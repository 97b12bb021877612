import { shrink } from "../shrink.ts";
import { simulate } from "../simulate.ts";
import { hunt } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";
import { variantOf } from "./variant.ts";

/** How a mutant fares in the simulator. */
export type Measured = {
  name: string;
  published?: number;
  defect: string;
  /** Of which seed, with what brings it about, it is known that it shows the defect. */
  seed?: number;
  /** How many runs it took from each of some starting seeds; null where it did not show within `most`. */
  runs: (number | null)[];
  most: number;
  /** The same by chance alone, as `npm run sim` draws its plans. */
  byChance?: { runs: (number | null)[]; most: number };
  /** Of the smallest plan that shows it: orders, what others do, and faults. */
  smallest?: { orders: number; acts: number; faults: number };
  shows?: string;
};

/** The number in the middle; null, which is beyond all numbers, where that is none. */
export const median = (runs: readonly (number | null)[]): number | null => {
  const sorted = runs.map((one) => one ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
  return Number.isFinite(middle) ? middle : null;
};

/** The first seed of each hunt: far apart, so that no two hunts run the same. */
const startsOf = (count: number) => Array.from({ length: count }, (_, i) => 1 + i * 10_000);

/** Hunts a mutant from some starting seeds, and makes small what was found. */
export const measure = async (
  mutant: Mutant,
  { starts, most, small }: { starts: number; most: number; small: number },
): Promise<Measured> => {
  const { name, published, defect, brought } = mutant;
  const measured: Measured = { name, ...(published && { published }), defect, runs: [], most };
  for (const first of startsOf(starts)) {
    const found = await hunt(mutant, { first, most, brought });
    measured.runs.push(found?.runs ?? null);
    if (!found || measured.seed !== undefined) continue;
    measured.seed = found.plan.seed;
    measured.shows = found.invariant.split(" ")[0] ?? "";
    if (small === 0) continue;
    const variant = await variantOf(mutant);
    const run = (plan: typeof found.plan) => simulate(plan, { variant });
    const { plan } = await shrink(found.plan, await run(found.plan), { most: small, run });
    const faults = plan.faults.kind === "exactly" ? plan.faults.points.length : 0;
    measured.smallest = { orders: plan.orders.length, acts: plan.acts.length, faults };
  }
  return measured;
};

/** Hunts a mutant from some starting seeds, without what brings it about. */
export const measureByChance = async (
  mutant: Mutant,
  { starts, most }: { starts: number; most: number },
): Promise<NonNullable<Measured["byChance"]>> => {
  const runs: (number | null)[] = [];
  for (const first of startsOf(starts))
    runs.push((await hunt(mutant, { first, most }))?.runs ?? null);
  return { runs, most };
};
