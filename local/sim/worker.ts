import { planOf, type Size } from "./plan.ts";
import { serve } from "./serve.ts";
import { simulate } from "./simulate.ts";

/** What a worker is asked to run. */
export type Asked = { seed: number; size: Size };

/** What a worker answers of a run. */
export type Ran = {
  seed: number;
  ms: number;
  orders: number;
  faults: number;
  hash: string | undefined;
  violations: { invariant: string; what: string }[];
  reached: string[];
};

serve<Asked, Ran>(async ({ seed, size }) => {
  const began = performance.now();
  const plan = planOf(seed, size);
  const { hash, violations, done, reached } = await simulate(plan, { hashed: true });
  const ms = performance.now() - began;
  return {
    ...{ seed, ms, hash, violations, reached },
    ...{ orders: plan.orders.length, faults: done.length },
  };
});
