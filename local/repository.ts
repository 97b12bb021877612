import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Graph, readGraph } from "emulator/boot/graph";
import { CannotStart } from "emulator/kernel/refusals";
import type { Code } from "emulator/runtime/bundle";
import { neverInLambda } from "../infra/patterns/never-in-lambda.ts";
import { staleness } from "../infra/synth/inputs.ts";

export const repositoryRoot = fileURLToPath(new URL("../", import.meta.url));

/** What commands leave behind: bundles, the Node that was fetched, the addresses of a running shop. */
export const scratch = join(repositoryRoot, ".petstore");

/** The shop's handlers, and what SST is told to leave out of their bundles. */
export const code: Code = { root: repositoryRoot, cache: scratch, external: neverInLambda };

const graphFile = join(repositoryRoot, "infra/graph.json");

/**
 * The shop's infrastructure as it was evaluated last, or what a file has instead. Throws CannotStart where it is missing or
 * broken, or where infra/ has changed since.
 */
export const shopGraph = (file?: string): Graph => {
  const graph = readGraph(file ?? graphFile, "write it with `npm run synth`");
  if (file !== undefined) return graph;
  const stale = staleness(graph as { inputs?: string });
  if (stale) throw new CannotStart(stale);
  return graph;
};
