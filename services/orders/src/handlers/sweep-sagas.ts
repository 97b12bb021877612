import { sweep } from "@petstore/core/sweep";
import type { Handler } from "aws-lambda";
import { Resource } from "sst";
import { beginForgottenSaga, type Machine } from "../adapters/begin-saga.ts";
import { measureOldestOpenOrder } from "../adapters/oldest-open-order.ts";
import { openOrdersBefore } from "../adapters/order-row.ts";
import { recoverSaga } from "../adapters/recover-saga.ts";
import { failedExecutions } from "../adapters/sagas.ts";
import { sagaOf } from "../domain/status.ts";

const PATIENCE_MS = 10 * 60_000;

const machines: Machine[] = [
  { saga: "FulfilOrder", arn: Resource.FulfilOrder.arn },
  { saga: "ReturnOrder", arn: Resource.ReturnOrder.arn },
];

/** What nothing else has moved: sagas that ended early, then orders whose saga never began. */
async function* stranded(then: Date) {
  for (const { arn } of machines)
    for await (const page of failedExecutions(arn, then))
      yield page.map((execution) => () => recoverSaga(execution));
  for await (const page of openOrdersBefore(then))
    yield page.map((order) => () => {
      const machine = machines.find(({ saga }) => saga === sagaOf(order.state)) as Machine;
      return beginForgottenSaga(machine, order);
    });
}

/** A scheduled look at all of it. What it measures is missing where it does not run, and that rings, too. */
export const handler: Handler = async (_, time) => {
  await measureOldestOpenOrder();
  await sweep(stranded(new Date(Date.now() - PATIENCE_MS)), (rescue) => rescue(), time);
};
