import type { World } from "../kernel/engine.ts";
import type { FunctionConfig } from "../services/lambda/function.ts";
import { bundlerOf, type Code } from "./bundle.ts";

/** How long environments take to start, and how long they are kept with nothing to do. */
export type ColdStarts = {
  prepare: (fn: FunctionConfig) => Promise<void>;
  /** Milliseconds that the next environment of a function takes to start. */
  startMs: (fn: FunctionConfig) => number;
  /** Milliseconds that an environment is kept from its last invocation on. */
  keptMs: (fn: Pick<FunctionConfig, "name">) => number;
};

/**
 * Of a Node function on Lambda with AWS SDK clients in its bundle: 247 ms to initialise with a bundle of 317 KB, 270 ms
 * with one of 463 KB (https://github.com/perpil/sdk-577-thiccc-repro), so 197 ms and 0.16 ms for each KB. Single
 * measurements are up to a quarter off (https://gist.github.com/adriantanasa/d9cb9f7313f985f180c0aec98e482f2b).
 */
const estimate = (bytes: number) => 197 + 0.16 * (bytes / 1000);

const minute = 60_000;

/**
 * Cold starts as on AWS, estimated from the bundle that SST would upload. AWS promises no time for which it keeps
 * environments; they were seen to be gone after 5 to 15 minutes.
 */
export const estimatedColdStarts = ({ clock: { random, hold } }: World, code: Code): ColdStarts => {
  const bundles = bundlerOf("aws", code);
  const sizes = new Map<string, number>();
  return {
    async prepare({ name, file }) {
      sizes.set(name, (await hold(bundles.bundle(file))).bytes);
    },
    startMs: ({ name }) =>
      Math.round(estimate(sizes.get(name) ?? 0) * (0.75 + random(`lambda cold start ${name}`) / 2)),
    keptMs: ({ name }) => Math.round((5 + 10 * random(`lambda kept ${name}`)) * minute),
  };
};
