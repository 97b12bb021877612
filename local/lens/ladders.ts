import type { Saga } from "@petstore/core/saga";
import { fulfilOrder } from "../../services/orders/src/saga/fulfil-order.ts";
import { returnOrder } from "../../services/orders/src/saga/return-order.ts";

const ladders: readonly Saga[] = [fulfilOrder, returnOrder];
const rungs = ladders.flatMap((ladder) => ladder.rungs);

/** Whether a state goes back up a ladder: it undoes a step, or takes the pivot's other answer. */
export const isCompensation = (state: string): boolean =>
  rungs.some(({ undo, pivot }) => undo === state || pivot?.or === state);

/** Milliseconds until the answer to a state's task token is due; undefined for a state that has none. */
export const answerDueIn = (state: string): number | undefined => {
  const seconds = rungs.find((rung) => rung.do === state)?.answersWithin;
  return seconds === undefined ? undefined : seconds * 1000;
};
