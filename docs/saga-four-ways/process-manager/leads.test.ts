import { expect, it } from "vitest";
import { walkSaga } from "../../../packages/core/src/testing/walk-saga.ts";
import { fulfilOrder } from "../../../services/orders/src/saga/fulfil-order.ts";
import { DONE, FIRST, isTurn, leads, undoAfter } from "./leads.ts";

/** Walks the table as walk-order.ts does, where each step is done or fails as it is told. */
const walk = (failures: Record<string, string>, again: boolean): string[] => {
  const path: string[] = [];
  let failedStep: string | undefined;
  for (let at = FIRST; at !== DONE; ) {
    path.push(at);
    const [lead, error] = [leads[at], failures[at]];
    if (!lead || (error && path.length > 20)) throw new Error(`no way on from ${at}`);
    if (!error) at = isTurn(at) ? undoAfter(failedStep, again) : lead.next;
    else {
      if (!(isTurn(at) && error === "Refused")) failedStep = at;
      at = error === "Refused" ? lead.refused : lead.failed;
    }
  }
  return path;
};

const steps = Object.keys(leads).filter((name) => name !== fulfilOrder.attention);
const failing = ["Refused", "States.TaskFailed"].flatMap((error) =>
  steps.flatMap((one) => [
    { [one]: error },
    ...steps.map((other) => ({ ConfirmOrder: "Refused", [one]: error, [other]: "Refused" })),
  ]),
);

it("leads where the state machine leads, whatever fails", () => {
  for (const again of [false, true])
    for (const failures of [{}, ...failing])
      expect(walk(failures, again), JSON.stringify(failures)).toEqual(
        walkSaga(fulfilOrder, failures, again).path,
      );
});

it("gives a defect of ours up sooner than what passes by itself, before the pivot alone", () => {
  const sooner = Object.keys(leads).filter((step) => {
    const { patience = 0, defect = 0 } = leads[step] ?? {};
    return defect < patience;
  });
  const { rungs } = fulfilOrder;
  const pivot = rungs.findIndex((rung) => rung.pivot);
  expect(sooner).toEqual(rungs.slice(0, pivot).flatMap((rung) => rung.do ?? []));
});
