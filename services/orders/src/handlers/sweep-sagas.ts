import { newTrace, traced } from "@petstore/core/context";
import { Resource } from "sst";
import { beginFulfilment } from "../adapters/begin-saga.ts";
import { openOrdersBefore } from "../adapters/orders.ts";
import { recoverSaga } from "../adapters/recover-saga.ts";
import { executionOf, failedExecutions, findExecution, startSaga } from "../adapters/sagas.ts";

const PATIENCE_MS = 10 * 60_000;

const [fulfil, giveBack] = [Resource.FulfilOrder.arn, Resource.ReturnOrder.arn];

/** A scheduled look at what nothing else has moved: orders whose saga never began, and sagas that ended early. */
export const handler = async (): Promise<void> => {
  const then = new Date(Date.now() - PATIENCE_MS);
  for (const order of await openOrdersBefore(then)) {
    const { id, state } = order;
    const returns = state.status === "CANCELLING";
    if (await findExecution(executionOf(returns ? giveBack : fulfil, id))) continue;
    await traced(newTrace(id), () =>
      returns ? startSaga(giveBack, id, state) : beginFulfilment(order),
    );
  }
  for (const machine of [fulfil, giveBack])
    for (const ended of await failedExecutions(machine, then)) await recoverSaga(ended);
};
