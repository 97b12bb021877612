import { fulfilOrder } from "../../../services/orders/src/saga/fulfil-order.ts";

const MINUTE = 60_000;
/** How long a step is tried again, in milliseconds: while all can be undone, while that is for a defect of ours, and after that. */
const [EARLY, DEFECT, LATE] = [21 * MINUTE, MINUTE / 4, 12 * 60 * MINUTE];

const { rungs, giveUp, attention } = fulfilOrder;
const pivotAt = rungs.findIndex(({ pivot }) => pivot);
const turn = rungs[pivotAt]?.pivot?.or ?? attention;

/** Where a walk ends. */
export const DONE = "Done";
/** Where it begins. */
export const FIRST = rungs.find((rung) => rung.do)?.do ?? DONE;

const stepBelow = (at: number): string => rungs.slice(at + 1).find((rung) => rung.do)?.do ?? DONE;
const undoFrom = (at: number): string =>
  rungs.slice(0, at + 1).findLast((rung) => rung.undo)?.undo ?? DONE;

/** Where a step leads: when it is done, when it is refused, and when the patience with it is over. */
export type Lead = {
  next: string;
  refused: string;
  failed: string;
  patience: number;
  /** The patience with a defect of ours. It is given up sooner than what passes by itself, while all can be undone. */
  defect: number;
  /** After so many seconds without an answer, the step is asked again. */
  answersWithin?: number | undefined;
};

const late = (next: string, refused: string = attention): Lead => ({
  ...{ next, refused, failed: attention, patience: LATE, defect: LATE },
});

/** The ladder of fulfil-order as a table: the same ladder of which the state machine is compiled. */
export const leads: Record<string, Lead> = Object.fromEntries([
  ...rungs.flatMap(({ do: step, undo, answersWithin }, at): [string, Lead][] => {
    const next = stepBelow(at);
    const early = {
      next,
      refused: turn,
      failed: turn,
      patience: EARLY,
      defect: DEFECT,
      answersWithin,
    };
    const down = at < pivotAt ? early : late(next, at === pivotAt ? turn : giveUp);
    return [
      ...(step ? [[step, down] as [string, Lead]] : []),
      ...(undo ? [[undo, late(undoFrom(at - 1))] as [string, Lead]] : []),
    ];
  }),
  [turn, late("", stepBelow(pivotAt))],
  [giveUp ?? attention, late(DONE)],
  [attention, late(DONE)],
]);

/** The lowest undo of a walk that has turned back: beside the step that failed, or beside the pivot where another went before. */
export const undoAfter = (failedStep: string | undefined, again: boolean): string =>
  undoFrom(again ? pivotAt : rungs.findIndex((rung) => rung.do === failedStep));

/** Whether a step is the pivot's other answer, after which the undoing begins. */
export const isTurn = (step: string): boolean => step === turn;
