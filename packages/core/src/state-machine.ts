import type { Saga } from "./saga.ts";
import { EARLY, LATE } from "./saga-retries.ts";
import { crossing, INPUT, type TaskOptions, taskState } from "./task-state.ts";

const DONE = "Done";
const UNDONE = "Undone";
const GIVEN_UP = "GivenUp";
const UNDO_FROM = "UndoFrom";
const NEEDS_ATTENTION = "NeedsAttention";

/** The Amazon States Language (JSONata) document of a saga, given the ARN of each step's function. */
export const toStateMachine = <Name extends string>(
  saga: Saga<Name>,
  arns: Record<Name, unknown>,
) => {
  const { rungs, giveUp, attention } = saga;
  const pivotAt = rungs.findIndex((rung) => rung.pivot);
  const pivot = rungs[pivotAt]?.pivot;

  const task = (name: Name, options: TaskOptions) => taskState(arns[name], options);

  const stepAfter = (at: number) => rungs.slice(at + 1).find((rung) => rung.do)?.do ?? DONE;
  const undoFrom = (at: number) =>
    rungs.slice(0, at + 1).findLast((rung) => rung.undo)?.undo ?? UNDONE;

  const down = rungs.flatMap((rung, at) => {
    if (!rung.do) return [];
    const name = rung.do;
    const [next, within] = [stepAfter(at), rung.answersWithin];
    if (at < pivotAt) {
      const catches = [crossing(name, ["States.ALL"], pivot?.or ?? UNDO_FROM)];
      return [[name, task(name, { next, catches, retry: EARLY, within })]];
    }
    // The pivot's answer may be lost after it was taken: only its own refusal leads back up. So it is after it: a definite
    // no is given up, anything else is for a person.
    const refused = at === pivotAt && pivot ? pivot.or : giveUp;
    const back = refused ? [crossing(name, ["Refused"], refused)] : [];
    const catches = [...back, crossing(name, ["States.ALL"], attention)];
    return [[name, task(name, { next, catches, retry: LATE, within })]];
  });

  const failed = `$merge([${INPUT}, {"failedStep": $failedStep, "failure": $failure}])`;
  const up = rungs.flatMap(({ undo }, at) => {
    if (!undo) return [];
    const catches = [{ ErrorEquals: ["States.ALL"], Next: attention }];
    return [[undo, task(undo, { next: undoFrom(at - 1), catches, retry: LATE, payload: failed })]];
  });

  const turn = pivot && {
    [pivot.or]: task(pivot.or, {
      next: UNDO_FROM,
      // Whoever took the pivot first wins: a saga that comes too late to turn back goes on down.
      catches: [
        { ErrorEquals: ["Refused"], Next: stepAfter(pivotAt) },
        { ErrorEquals: ["States.ALL"], Next: attention },
      ],
      retry: LATE,
      payload: failed,
    }),
    [UNDO_FROM]: {
      Type: "Choice",
      Choices: rungs.flatMap((rung, at) =>
        rung.do && at <= pivotAt
          ? [{ Condition: `{% $failedStep = "${rung.do}" %}`, Next: undoFrom(at) }]
          : [],
      ),
      Default: undoFrom(pivotAt),
    },
    [UNDONE]: { Type: "Succeed" },
  };

  const surrender = giveUp && {
    [giveUp]: task(giveUp, {
      next: GIVEN_UP,
      catches: [{ ErrorEquals: ["States.ALL"], Next: attention }],
      retry: LATE,
      payload: failed,
    }),
    [GIVEN_UP]: { Type: "Succeed" },
  };

  return {
    Comment: `The saga ${saga.name}, compiled from its ladder`,
    QueryLanguage: "JSONata",
    StartAt: stepAfter(-1),
    TimeoutSeconds: 7 * 24 * 3600,
    States: {
      ...Object.fromEntries(down),
      [DONE]: { Type: "Succeed" },
      ...turn,
      ...Object.fromEntries(up),
      ...surrender,
      [attention]: {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Arguments: { FunctionName: arns[attention], Payload: `{% ${failed} %}` },
        Retry: LATE,
        Next: NEEDS_ATTENTION,
      },
      [NEEDS_ATTENTION]: {
        Type: "Fail",
        Error: NEEDS_ATTENTION,
        Cause: `{% $failedStep & " failed: " & $string($failure) %}`,
      },
    },
  };
};
