import type { Patch } from "emulator/runtime/patch";
import type { FaultName } from "../faults/index.ts";
import type { Moment } from "../moments.ts";
import type { Done } from "../plan.ts";

/** Another word for one place of a resource's inputs, as JSON, in the graph: what infra/ would make of it. */
export type GraphPatch = { resource: string; find: string; replace: string };

/** What brings a defect about sooner than chance. */
export type Brought = {
  /** Kinds of faults, and how often they strike. */
  by?: readonly FaultName[];
  often?: number;
  /** Instead of chance, exactly these. */
  exactly?: readonly Done[];
  /** For how long there are faults, in milliseconds. */
  lasts?: number;
  /** Two orders of a bale of hay, at once, and nobody acts but their customers. */
  plain?: true;
  /** What the first orders are paid with. */
  cards?: readonly string[];
  /** At which moment every customer cancels, and so many milliseconds later. */
  cancels?: readonly [Moment, number];
  /** At which moment somebody stops the saga of each order, three times: a person has to look. */
  stops?: Moment;
  /** A person who has to look at an order gives half of the money back by hand, and closes it. */
  byHand?: true;
  /** The second order is another customer's, the same, and under the same key. */
  sharesKey?: true;
};

/** A fault at the first so many passings of a point. */
export const struck = (point: string, fault: FaultName, times = 1): Done[] =>
  Array.from({ length: times }, (_, i) => ({ point: `${point} #${i + 1}`, fault }));

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
  brought?: Brought;
  /** Which test finds it, where it is no matter of a whole shop: another mechanism makes up for it there. */
  elsewhere?: string;
};
