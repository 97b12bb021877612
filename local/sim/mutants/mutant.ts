import type { Patch } from "emulator/runtime/patch";

/** Another word for one place of a resource's inputs, as JSON, in the graph: what infra/ would make of it. */
export type GraphPatch = { resource: string; find: string; replace: string };

/** A defect that a simulation has to find. It is put into the shop of that simulation, and nowhere else. */
export type Mutant = {
  name: string;
  /** What goes wrong for whom, in a sentence. */
  defect: string;
  /** Its number among the defects of published systems (docs/mutants.md), where it is one of those. */
  published?: number;
  /** In code, one of a ladder included. */
  patches?: readonly Patch[];
  graph?: readonly GraphPatch[];
};
