import type { WireHandler } from "emulator/doors/wire/message";
import type { Patch } from "emulator/runtime/patch";
import type { LiveShop } from "../live-shop.ts";
import type { Brought } from "../sim/mutants/mutant.ts";
import type { Violation } from "../sim/watch.ts";
import type { VirtualShop } from "../virtual-shop.ts";

/** A shop that a promise is tried on. */
export type Shop = VirtualShop;

/** Imports a module of the code that is tried, by its path from the root of that code. */
export type Load = <Module>(file: string) => Promise<Module>;

/** What a promise is tried on: a shop that has just opened, and modules of the code that it runs. */
type Tried = {
  shop: Shop;
  load: Load;
  /** The text of a file of that code. */
  text: (file: string) => string;
  /** Runs a seed of the simulator on that code, with more of what is brought. Answers the first broken promise. */
  seed: (seed: number, brought?: Brought) => Promise<Violation | undefined>;
};

/** Tries something on a shop. Answers what happened to whom where it does not hold. */
export type Promised = (tried: Tried) => Promise<string | undefined>;

/** Something to do in one's copy of the repository, and how it is graded: by its tests, then by seeds of the simulator. */
export type Exercise = {
  /** What is to be done, in one or two sentences. */
  task: string;
  /** What is other in the copy when the exercise begins. */
  prepare: readonly Patch[];
  tests: readonly { name: string; holds: Promised; hint: string }[];
  /** Ours, from what was prepared, where it is not simply what was there before. */
  solution?: readonly Patch[];
} & (
  | {
      /** What the simulator's seeds are to meet, beside what is usual. */
      seeds?: Brought;
      /** For who passes the tests and breaks a promise at a seed. */
      hint: string;
    }
  | {
      /** The exercise is beside the shop: no seed of the simulator says anything of it. */
      seeds: false;
    }
);

/** Our solution of an exercise. */
export const solutionOf = ({ prepare, solution }: Exercise): readonly Patch[] =>
  solution ??
  prepare.toReversed().map(({ file, find, replace }) => ({ file, find: replace, replace: find }));

/** Something that is no part of the shop, and runs beside it. */
export type Beside = {
  open: (shop: LiveShop, load: Load) => Promise<{ answer: WireHandler; stop: () => void }>;
  /** What one can do with it, given its address and the curl options that sign Alice in. */
  told: (url: string, signedIn: string) => string;
};

/** One idea, to be read, broken and built again in a quarter of an hour. Its text is the README.md beside it. */
export type Lesson = {
  title: string;
  /** Where the console shows it (a path below /console/), and the line that shows it without one. */
  see: { screen: string; line: string };
  promise: Promised;
  /** One line, mostly, that breaks the promise. */
  sabotage: readonly Patch[];
  /** What the promise answers then. */
  says: string;
  exercise: Exercise;
  /** What `--run` runs, where that is not simply the shop. */
  beside?: Beside;
};
