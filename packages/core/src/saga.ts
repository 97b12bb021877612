/**
 * A saga is a ladder: its rungs are the steps in their order, each with what undoes it. One rung is the pivot: the
 * single conditional write after which there is no way back, only forward. A step that fails before it is undone too
 * (its answer may have been lost), and then the steps before that one, last first; after it, steps are retried.
 */
export type Rung<Name extends string = string> = {
  /** The step. */
  do?: Name;
  /** What undoes it. Works with nothing to undo, and stops a late "do". */
  undo?: Name;
  /** The step answers later, through a task token; asked again under the same key after so many seconds. */
  answersWithin?: number;
  /** The pivot. `or` takes the same decision the other way, before anything is undone; it refuses when the pivot was taken. */
  pivot?: { or: Name };
};

/** A saga as data: what AWS runs, the emulator runs, the tests walk and the console draws. */
export type Saga<Name extends string = string> = {
  name: string;
  rungs: readonly Rung<Name>[];
  /** Called when a step after the pivot is refused for good: there is no way on, so it opens another way back. */
  giveUp?: Name;
  /** Called when neither forward nor back works: a person has to look. */
  attention: Name;
};

/** Declares a saga. Throws where the ladder has no place to stand: an undo after the pivot, or a first step that nothing undoes. */
export const defineSaga = <const Name extends string>(saga: Saga<Name>): Saga<Name> => {
  const { name, rungs } = saga;
  const pivot = rungs.findIndex((rung) => rung.pivot);
  const late = rungs.find((rung, i) => rung.undo && i >= Math.max(pivot, 0));
  if (late)
    throw new Error(`${name}: ${late.undo} undoes something that cannot be undone any more`);
  const first = rungs.findIndex((rung) => rung.do);
  if (pivot >= 0 && !rungs.slice(0, first + 1).some((rung) => rung.undo))
    throw new Error(`${name}: ${rungs[first]?.do} has no undo beside or before it`);
  return saga;
};

/** The names of a saga's steps, undos and decisions: one function each. */
export type StepName<S> = S extends Saga<infer Name> ? Name : never;

/** Every name of the ladder, in the order in which they stand on it. */
export const stepsOf = <Name extends string>({ rungs, giveUp, attention }: Saga<Name>): Name[] => [
  ...rungs.flatMap((rung) =>
    [rung.do, rung.pivot?.or, rung.undo].filter((name) => name !== undefined),
  ),
  ...(giveUp ? [giveUp] : []),
  attention,
];
