import type { Saga } from "./saga.ts";
import {
  backward,
  callForAPerson,
  compensatable,
  ENDED,
  forward,
  type Step,
  turning,
  UNDO_FROM,
  undoFromTheFailedStep,
} from "./saga-states.ts";

const DAY = 24 * 3600;

/**
 * The Amazon States Language (JSONata) document of a saga, given the ARN of each step's function. It says where each
 * name of the ladder leads; what kinds of states there are, and how they fail, stands in saga-states.ts.
 */
export const toStateMachine = <Name extends string>(
  saga: Saga<Name>,
  arns: Record<Name, unknown>,
) => {
  const { rungs, giveUp, attention } = saga;
  const pivotAt = rungs.findIndex((rung) => rung.pivot);
  const turn = rungs[pivotAt]?.pivot?.or;

  const stepBelow = (at: number) => rungs.slice(at + 1).find((rung) => rung.do)?.do;
  const undoFrom = (at: number) => rungs.slice(0, at + 1).findLast((rung) => rung.undo)?.undo;
  const call = (name: Name, next?: string): Step => ({ name, arn: arns[name], next });

  const down = rungs.flatMap((rung, at) => {
    if (!rung.do) return [];
    const step = { ...call(rung.do, stepBelow(at)), within: rung.answersWithin };
    if (turn && at < pivotAt) return [[rung.do, compensatable(step, turn)]];
    return [[rung.do, forward(step, { refused: at === pivotAt ? turn : giveUp, attention })]];
  });

  const up = rungs.flatMap(({ undo }, at) =>
    undo ? [[undo, backward(call(undo, undoFrom(at - 1)), attention)]] : [],
  );

  const onward = stepBelow(pivotAt) ?? ENDED;
  const crossing = turn && {
    [turn]: turning(call(turn, UNDO_FROM), { onward, attention }),
    [UNDO_FROM]: undoFromTheFailedStep(
      rungs.flatMap(({ do: step }, at) =>
        step && at <= pivotAt ? [[step, undoFrom(at) as string]] : [],
      ),
    ),
    ...(onward === ENDED && { [ENDED]: { Type: "Succeed" } }),
  };

  return {
    Comment: `The saga ${saga.name}, compiled from its ladder`,
    QueryLanguage: "JSONata",
    StartAt: stepBelow(-1),
    TimeoutSeconds: 7 * DAY,
    States: {
      ...Object.fromEntries(down),
      ...crossing,
      ...Object.fromEntries(up),
      ...(giveUp && { [giveUp]: backward(call(giveUp), attention) }),
      ...callForAPerson(call(attention)),
    },
  };
};
