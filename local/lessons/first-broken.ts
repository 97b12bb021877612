import { planFor } from "../sim/mutants/hunt.ts";
import type { Brought } from "../sim/mutants/mutant.ts";
import { simulate } from "../sim/simulate.ts";
import type { Violation } from "../sim/watch.ts";
import type { Variant } from "../virtual-shop.ts";

/** Runs a seed of the simulator on other code than ours; answers the first broken promise. */
export const firstBroken = async (
  seed: number,
  brought: Brought | undefined,
  variant: Variant,
): Promise<Violation | undefined> =>
  (await simulate(planFor(seed, brought), { variant })).violations[0];
