import { planOf, type Size } from "./plan.ts";
import { simulate } from "./simulate.ts";

/** What a worker is asked to run. */
export type Asked = { seed: number; size: Size };

/** What a worker answers of a run. */
export type Ran = {
  seed: number;
  ms: number;
  orders: number;
  faults: number;
  hash: string;
  violations: { invariant: string; what: string }[];
  reached: string[];
};

// Whoever began this has gone.
process.on("disconnect", () => process.exit(0));
// It is for the terminal's owner to say when all ends.
process.on("SIGINT", () => {});

process.on("message", async ({ seed, size }: Asked) => {
  const began = performance.now();
  const plan = planOf(seed, size);
  const { hash, violations, done, reached } = await simulate(plan);
  const ms = performance.now() - began;
  const told: Ran = {
    ...{ seed, ms, hash, violations, reached },
    ...{ orders: plan.orders.length, faults: done.length },
  };
  process.send?.(told);
});
process.send?.("ready");
