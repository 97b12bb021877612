import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Graph, readGraph } from "emulator/boot/graph";
import type { Code } from "emulator/runtime/bundle";
import { neverInLambda } from "../infra/patterns/never-in-lambda.ts";

export const repositoryRoot = fileURLToPath(new URL("../", import.meta.url));

/** What commands leave behind: bundles, the Node that was fetched, the addresses of a running shop. */
export const scratch = join(repositoryRoot, ".petstore");

/** The shop's handlers, and what SST is told to leave out of their bundles. */
export const code: Code = { root: repositoryRoot, cache: scratch, external: neverInLambda };

const graphFile = join(repositoryRoot, "infra/graph.json");

/** The shop's infrastructure as it was evaluated last, or as a file has it. Throws CannotStart where it is missing or broken. */
export const shopGraph = (file = graphFile): Graph =>
  readGraph(file, "write it with `npm run synth`");
