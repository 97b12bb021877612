import type { Mutant } from "../mutants/mutant.ts";
import { variantOf } from "../mutants/variant.ts";
import { type Plan, planOf } from "../plan.ts";
import { simulate } from "../simulate.ts";
import { rivals } from "./rivals.ts";

/** In how many runs a saga broke a promise: of those without any fault, and of those with. */
export type RivalMeasured = {
  name: string;
  seenIn: string;
  runs: number;
  calm: number;
  stirred: number;
};

const SIZE = { least: 2, most: 6 };

/** The same plan, and nothing goes wrong. */
const calmed = (plan: Plan): Plan => ({ ...plan, faults: { kind: "exactly", points: [] } });

const breaks = async (plan: Plan, mutant: Mutant | undefined) =>
  (await simulate(plan, { variant: mutant && (await variantOf(mutant)) })).violations.length > 0;

/** Lets every rival, and our own saga last, run the same plans. */
export const compare = async (
  runs: number,
  say: (measured: RivalMeasured) => void = () => {},
): Promise<RivalMeasured[]> => {
  const all: RivalMeasured[] = [];
  for (const rival of [...rivals, undefined]) {
    const { name = "ours", seenIn = "this repository" } = rival ?? {};
    const measured = { name, seenIn, runs, calm: 0, stirred: 0 };
    for (let seed = 1; seed <= runs; seed++) {
      const plan = planOf(seed, SIZE);
      if (await breaks(calmed(plan), rival)) measured.calm += 1;
      if (await breaks(plan, rival)) measured.stirred += 1;
    }
    all.push(measured);
    say(measured);
  }
  return all;
};
