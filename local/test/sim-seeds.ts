import { expect } from "vitest";
import { planOf, type Size } from "../sim/plan.ts";
import { shrink } from "../sim/shrink.ts";
import { type Outcome, simulate } from "../sim/simulate.ts";
import { storyteller, tell } from "../sim/story.ts";

/** Made small and told: what a person would ask for next. */
const explained = async (seed: number, size?: Size) => {
  const plan = planOf(seed, size);
  const small = await shrink(plan, await simulate(plan), { ms: 120_000 });
  const teller = storyteller(small.plan);
  const outcome = await simulate(small.plan, { onEntry: teller.hear });
  const orders = size ? ` --orders ${size.least}..${size.most}` : "";
  return `${tell(small.plan, outcome, teller.lines)}\nAgain: npm run sim -- --from ${seed} --seeds 1${orders}`;
};

/** Runs a seed. Where it breaks a promise, the test fails with its story. */
export const holds = async (seed: number, size?: Size): Promise<Outcome> => {
  const outcome = await simulate(planOf(seed, size));
  if (outcome.violations.length > 0) expect.fail(await explained(seed, size));
  return outcome;
};
