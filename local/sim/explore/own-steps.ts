import type { Decider } from "@petstore/core/decider";
import type { DomainEvent } from "@petstore/core/event";
import { ok, type Refusal, type Result } from "@petstore/core/result";
import type { Saga } from "@petstore/core/saga";

/** A step of a ladder that has a row of its own, apart from the order, its stock and its payment; and its rulebook. */
type OwnStep = { do: string; undo?: string; rules: Rulebook };

/** How far a step has come: NONE, DONE, UNDONE. */
type StepState = { status: string };
type Rulebook = {
  initial: StepState;
  decide: (state: never, command: never) => Result<readonly { type: string }[]>;
  evolve: (state: never, event: never) => StepState;
};

/** Every such step. `npm run new-step` writes its own line here. */
const ownSteps: readonly OwnStep[] = [];

/** How far each of them has come for an order, by its name. */
export type Steps = Record<string, StepState>;
export type StepCommand = { type: string };
type StepEvent = DomainEvent & { data: { step: string; event: object } };

const calledBy = (type: string): OwnStep => {
  const found = ownSteps.find((one) => one.do === type || one.undo === type);
  if (!found) throw new Error(`No step is called ${type}.`);
  return found;
};

/** How far the step of a command has come. */
export const statusOfStep = (steps: Steps, { type }: StepCommand): string => {
  const { do: name, rules } = calledBy(type);
  return (steps[name] ?? rules.initial).status;
};

/** The rulebooks of all of them as one. */
export const stepRules: Decider<Steps, StepCommand, StepEvent, Refusal> = {
  initial: {},
  decide(steps, command) {
    const { do: step, rules } = calledBy(command.type);
    const decision = rules.decide((steps[step] ?? rules.initial) as never, command as never);
    if (!decision.ok) return decision;
    return ok(decision.value.map((event) => ({ type: event.type, data: { step, event } })));
  },
  evolve(steps, { data: { step, event } }) {
    const { rules } = calledBy(step);
    const before = steps[step] ?? rules.initial;
    return { ...steps, [step]: rules.evolve(before as never, event as never) };
  },
};

/** Everything that a ladder asks of them. */
export const stepCommands: StepCommand[] = ownSteps.flatMap(({ do: done, undo }) =>
  [done, undo].flatMap((type) => type ?? []).map((type) => ({ type })),
);

/** A ladder without them: how far it is to a broken promise of order, stock and payment does not depend on them. */
export const withoutOwnSteps = (saga: Saga): Saga => ({
  ...saga,
  rungs: saga.rungs.filter((rung) => !stepCommands.some(({ type }) => type === rung.do)),
});

/** Of the steps on a ladder: those that can be undone and are done for an order, and those that are not done. */
export const doneOf = (steps: Steps, ladder: readonly string[]) => {
  const mine = ownSteps.filter((one) => ladder.includes(one.do));
  const isDone = (one: OwnStep) => steps[one.do]?.status === "DONE";
  const names = (all: readonly OwnStep[]) => all.map((one) => one.do).join(" and ");
  return {
    done: names(mine.filter((one) => one.undo && isDone(one))),
    missing: names(mine.filter((one) => !isDone(one))),
  };
};
