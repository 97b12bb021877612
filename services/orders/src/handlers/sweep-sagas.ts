import { newTrace, traced } from "@petstore/core/context";
import { Resource } from "sst";
import { beginSaga, type Machine } from "../adapters/begin-saga.ts";
import { openOrdersBefore } from "../adapters/orders.ts";
import { recoverSaga } from "../adapters/recover-saga.ts";
import { executionOf, failedExecutions, findExecution } from "../adapters/sagas.ts";
import { firstRun, sagaOf } from "../domain/status.ts";

const PATIENCE_MS = 10 * 60_000;

const machines: Machine[] = [
  { saga: "FulfilOrder", arn: Resource.FulfilOrder.arn },
  { saga: "ReturnOrder", arn: Resource.ReturnOrder.arn },
];

/** A scheduled look at what nothing else has moved: orders whose saga never began, and sagas that ended early. */
export const handler = async (): Promise<void> => {
  const then = new Date(Date.now() - PATIENCE_MS);
  for (const order of await openOrdersBefore(then)) {
    const { id, state } = order;
    const machine = machines.find(({ saga }) => saga === sagaOf(state)) as Machine;
    if (await findExecution(executionOf(machine.arn, firstRun(state)))) continue;
    await traced(newTrace(id), () => beginSaga(machine, order));
  }
  for (const { arn } of machines)
    for (const ended of await failedExecutions(arn, then)) await recoverSaga(ended);
};
