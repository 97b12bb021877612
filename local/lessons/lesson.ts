import type { Patch } from "emulator/runtime/patch";
import type { Brought } from "../sim/mutants/mutant.ts";
import type { Violation } from "../sim/watch.ts";
import type { VirtualShop } from "../virtual-shop.ts";

/** A shop that a promise is tried on. */
export type Shop = VirtualShop;

/** What a promise is tried on: a shop that has just opened, and modules of the code that it runs. */
type Tried = {
  shop: Shop;
  /** Imports a module by its path from the root of that code. */
  load: <Module>(file: string) => Promise<Module>;
  /** Runs a seed of the simulator on that code, with more of what is brought. Answers the first broken promise. */
  seed: (seed: number, brought?: Brought) => Promise<Violation | undefined>;
};

/** Tries something on a shop. Answers what happened to whom where it does not hold. */
export type Promised = (tried: Tried) => Promise<string | undefined>;

/** Something to do in one's copy of the repository, and how it is graded. */
export type Exercise = {
  /** What is to be done, in one or two sentences. */
  task: string;
  /** What is other in the copy when the exercise begins. */
  prepare: readonly Patch[];
  tests: readonly { name: string; holds: Promised; hint: string }[];
  /** What the simulator's seeds are to meet, beside what is usual. */
  seeds?: Brought;
  /** For who passes the tests and breaks a promise at a seed. */
  hint: string;
  /** Ours, from what was prepared, where it is not simply what was there before. */
  solution?: readonly Patch[];
};

/** Our solution of an exercise. */
export const solutionOf = ({ prepare, solution }: Exercise): readonly Patch[] =>
  solution ??
  prepare.toReversed().map(({ file, find, replace }) => ({ file, find: replace, replace: find }));

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
};
