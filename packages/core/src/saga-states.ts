import { EARLY, LATE } from "./saga-retries.ts";

/** The state that chooses where the undoing begins. */
export const UNDO_FROM = "UndoFrom";
/** Where a saga ends that comes to its pivot, the last step, when it was taken before. */
export const ENDED = "Ended";
const NEEDS_ATTENTION = "NeedsAttention";

/** A state that calls a function: its name, the function, and the state after it; without one the saga ends there. */
export type Step = {
  name: string;
  arn: unknown;
  next?: string | undefined;
  /** Seconds until the answer to its task token is due; without it the function's own answer counts. */
  within?: number | undefined;
};

/** What the execution was started with, as JSONata. */
const INPUT = "$states.context.Execution.Input";
/** The same, with the step that failed last and its error. */
const WITH_FAILURE = `$merge([${INPUT}, {"failedStep": $failedStep, "failure": $failure}])`;
/** Whether another run may have gone before this one, or in between. */
const NOT_ALONE = `$exists(${INPUT}.again) or $states.context.Execution.RedriveCount > 0`;
const WITH_TOKEN = `$merge([${INPUT}, {"taskToken": $states.context.Task.Token}])`;

const task = ({ arn, next, within }: Step, payload: string, Retry: object[]) => ({
  Type: "Task",
  Resource: `arn:aws:states:::lambda:invoke${within ? ".waitForTaskToken" : ""}`,
  Arguments: { FunctionName: arn, Payload: `{% ${payload} %}` },
  TimeoutSeconds: within ?? 60,
  Retry,
  ...(next ? { Next: next } : { End: true }),
});

const down = (step: Step, Retry: object[]) => task(step, step.within ? WITH_TOKEN : INPUT, Retry);

/** Leads elsewhere when this step fails for good, and remembers that it was this one, and why. */
const caught = ({ name }: Step, error: "Refused" | "States.ALL", Next: string) => ({
  ErrorEquals: [error],
  Assign: { failedStep: name, failure: "{% $states.errorOutput %}" },
  Next,
});

/** A step before the pivot: whatever fails, the saga turns back. */
export const compensatable = (step: Step, turn: string) => ({
  ...down(step, EARLY),
  Catch: [caught(step, "States.ALL", turn)],
});

/**
 * The pivot, and each step after it. The pivot's answer may be lost after it was taken, and nothing undoes the others: only
 * a definite no leads elsewhere (from the pivot to the undos, from a step after it out of the saga). All else is for a person.
 */
export const forward = (
  step: Step,
  { refused, attention }: { refused?: string | undefined; attention: string },
) => ({
  ...down(step, LATE),
  Catch: [
    ...(refused ? [caught(step, "Refused", refused)] : []),
    caught(step, "States.ALL", attention),
  ],
});

/** The pivot's other answer, before anything is undone. It is refused when the pivot was taken: then the saga goes on down. */
export const turning = (
  step: Step,
  { onward, attention }: { onward: string; attention: string },
) => ({
  ...task(step, WITH_FAILURE, LATE),
  Catch: [{ ErrorEquals: ["Refused"], Next: onward }, caught(step, "States.ALL", attention)],
});

/**
 * Begins to undo with the step that failed: it is undone too, for its answer may have been lost. A run that was started with
 * `again`, or redriven, begins with the last step before the pivot, for another run may have come further than it has.
 */
export const undoFromTheFailedStep = (undos: [step: string, undo: string][]) => ({
  Type: "Choice",
  Choices: [
    { Condition: `{% ${NOT_ALONE} %}`, Next: undos.at(-1)?.[1] },
    ...undos.map(([step, undo]) => ({ Condition: `{% $failedStep = "${step}" %}`, Next: undo })),
  ],
  Default: undos.at(-1)?.[1],
});

/** An undo, or the giving up of what cannot go on: it is told what failed. */
export const backward = (step: Step, attention: string) => ({
  ...task(step, WITH_FAILURE, LATE),
  Catch: [caught(step, "States.ALL", attention)],
});

/** Tells the order that a person has to look, and ends the execution as failed, which rings an alarm. */
export const callForAPerson = (step: Step) => ({
  [step.name]: task({ ...step, next: NEEDS_ATTENTION }, WITH_FAILURE, LATE),
  [NEEDS_ATTENTION]: {
    Type: "Fail",
    Error: NEEDS_ATTENTION,
    Cause: `{% $failedStep & " failed: " & $string($failure) %}`,
  },
});
