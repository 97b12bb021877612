import { newTrace, traced } from "@petstore/core/context";
import { Trace } from "@petstore/core/event";
import { log } from "@petstore/core/log";
import { firstRun } from "../domain/status.ts";
import { findOrder } from "./order-row.ts";
import { orders } from "./orders.ts";
import { findExecution, firstOf, nextRun, startSaga } from "./sagas.ts";

/**
 * Runs an aborted saga again from its first step, under the name of the next run: its steps are safe to repeat, and the
 * pivot lets no second run decide otherwise. After the third run a person has to look.
 */
export const recoverSaga = async (executionArn: string): Promise<void> => {
  const execution = await findExecution(executionArn);
  if (!execution) throw new Error(`There is no execution ${executionArn}`);
  const { stateMachineArn: machine = "", name = "", status, error, input = "{}" } = execution;
  if (error === "NeedsAttention") return; // the saga has called for a person itself
  const { trace, ...data } = JSON.parse(input);
  const order = await findOrder(data.orderId);
  if (!order || firstRun(order.state) !== firstOf(name)) return; // a person has set it going again since
  await traced(Trace.safeParse(trace).data ?? newTrace(name), async () => {
    const next = nextRun(name);
    const cause = `${status}: ${error ?? "no error given"}`;
    if (next) {
      const started = await startSaga(machine, next, data);
      if (started) log("saga: ended early", { name, error: cause, next });
      return;
    }
    await orders(data.orderId, { type: "MarkNeedsAttention", step: "the saga itself", cause });
  });
};
