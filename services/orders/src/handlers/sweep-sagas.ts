import { newTrace, traced } from "@petstore/core/context";
import { Resource } from "sst";
import { openOrdersBefore } from "../adapters/orders.ts";
import { recoverSaga } from "../adapters/recover-saga.ts";
import { failedExecutions, findExecution, startSaga } from "../adapters/sagas.ts";

const PATIENCE_MS = 10 * 60_000;

/** A scheduled look at what nothing else has moved: orders whose saga never began, and sagas that ended early. */
export const handler = async (): Promise<void> => {
  const machine = Resource.FulfilOrder.arn;
  for (const order of await openOrdersBefore(new Date(Date.now() - PATIENCE_MS))) {
    const execution = await findExecution(machine, order.orderId);
    if (!execution)
      await traced(newTrace(order.orderId), () => startSaga(machine, order.orderId, order));
  }
  for (const arn of [machine, Resource.ReturnOrder.arn])
    for (const ended of await failedExecutions(arn, new Date(Date.now() - PATIENCE_MS)))
      await recoverSaga(ended);
};
