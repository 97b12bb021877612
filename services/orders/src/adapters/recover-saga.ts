import { newTrace, traced } from "@petstore/core/context";
import { Trace } from "@petstore/core/event";
import { log } from "@petstore/core/log";
import { orders } from "./orders.ts";
import { findExecution, nextRun, startSaga } from "./sagas.ts";

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
  await traced(Trace.safeParse(trace).data ?? newTrace(name), async () => {
    const next = nextRun(name);
    log("saga: ended early", { name, status, error, next: next ?? "attention" });
    if (next) return startSaga(machine, next, data);
    const cause = `${status}: ${error ?? "no error given"}`;
    await orders(data.orderId, { type: "MarkNeedsAttention", step: "the saga itself", cause });
  });
};
