import { newTrace, traced } from "@petstore/core/context";
import { Trace } from "@petstore/core/event";
import { log } from "@petstore/core/log";
import * as z from "zod";
import { runOf } from "../domain/run.ts";
import { firstOf, nextRun } from "../domain/run-names.ts";
import { arnOf } from "./machines.ts";
import { findOrder } from "./order-row.ts";
import { orders } from "./orders.ts";
import { endedEarly, findExecution, startSaga } from "./sagas.ts";

const Input = z.looseObject({ orderId: z.string(), trace: z.unknown() });

/**
 * Runs an aborted saga again from its first step, under the name of the next run: its steps are safe to repeat, and the
 * pivot lets no second run decide otherwise. After the third run a person has to look. Nothing where somebody has redriven it,
 * or the order is in other hands by now, or over.
 */
export const recoverSaga = async (executionArn: string): Promise<void> => {
  const execution = await findExecution(executionArn);
  if (!execution) return log("saga: forgotten, as after 90 days", { executionArn });
  const { stateMachineArn: arn = "", name = "", status, error, input = "{}" } = execution;
  if (!endedEarly(status)) return log("saga: redriven meanwhile", { name });
  if (error === "NeedsAttention") return; // the saga has called for a person itself
  const begun = Input.safeParse(JSON.parse(input));
  if (!begun.success) return log("saga: somebody began one for no order", { name });
  const { trace, ...data } = begun.data;
  const order = await findOrder(data.orderId);
  const run = order && runOf(order.state);
  if (!run || run.name !== firstOf(name) || arnOf(run) !== arn) return;
  await traced(Trace.safeParse(trace).data ?? newTrace(name), async () => {
    const next = nextRun(name);
    const cause = `${status}: ${error ?? "no error given"}`;
    if (next) {
      const started = await startSaga(arn, next, { ...data, again: true });
      if (started) log("saga: ended early", { name, error: cause, next });
      return;
    }
    await orders(data.orderId, { type: "MarkNeedsAttention", step: "the saga itself", cause, run });
  });
};
