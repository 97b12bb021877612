import { COST_PAGE } from "./cost-page.ts";

/** The stage of the emulator, whose graph is committed. */
export const LOCAL = "local";

/** The files, from the root, that an evaluation is written to. That of another stage must not become ours. */
export const writtenOf = (stage: string, out?: string) => ({
  graph: out ?? (stage === LOCAL ? "infra/graph.json" : undefined),
  environment: stage === LOCAL ? "sst-env.d.ts" : undefined,
  costs: stage === LOCAL && out === undefined ? COST_PAGE : undefined,
});
