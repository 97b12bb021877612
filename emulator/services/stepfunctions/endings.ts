import type { Timer } from "../../kernel/clock.ts";
import type { Context } from "./context.ts";
import type { Execution, Failure, Json, Thread } from "./execution.ts";

const ENDS = {
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  TIMED_OUT: "TimedOut",
  ABORTED: "Aborted",
} as const;

/** How a workflow comes to its end, and with the outermost the execution; by its time at the latest. */
export const createEndings = (context: Context) => {
  const { world, history, definitions, ended, find } = context;
  const { clock } = world;
  const expiry = new WeakMap<Execution, Timer>();

  const finish = (x: Execution, t: Thread, output: Json) => {
    const outer = t.parent && x.threads[t.parent.thread];
    if (outer) context.nested.childEnded(x, outer, t, output);
    else end(x, "SUCCEEDED", { output: JSON.stringify(output) }, t.last);
  };

  /** Ends an execution. Its threads stay as they stood, unless it succeeded: a redrive goes on from there. */
  const end = (
    x: Execution,
    status: keyof typeof ENDS,
    { output, error, cause }: Failure & { output?: string },
    after = 0,
  ) => {
    for (const thread of Object.values(x.threads)) context.tasks.abandon(x, thread);
    expiry.get(x)?.cancel();
    const waiters = x.waiters;
    x.waiters = [];
    const details = {
      ...(status === "TIMED_OUT" && { error: "States.Timeout" }),
      ...(output !== undefined && { output, outputDetails: { truncated: false } }),
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    };
    const kind = ENDS[status];
    history.close(x, `Execution${kind}`, { [`execution${kind}EventDetails`]: details }, after);
    x.status = status;
    x.stopDate = clock.now();
    Object.assign(x, output !== undefined && { output }, { error, cause });
    if (status === "SUCCEEDED") x.threads = {};
    ended(x);
    for (const waiter of waiters) {
      const outer = find(waiter.execution);
      const thread = outer?.threads[waiter.thread];
      if (outer?.status === "RUNNING" && thread)
        context.tasks.childExecutionEnded(outer, thread, x);
    }
  };

  const limitTime = (x: Execution) => {
    const { TimeoutSeconds } = definitions.workflow(x.definition);
    if (TimeoutSeconds === undefined) return;
    const due = (x.redriveDate ?? x.startDate) + TimeoutSeconds * 1000;
    const timer = clock.after(
      Math.max(0, due - clock.now()),
      `states time out ${x.machineName} ${x.name}`,
      () => {
        if (x.status === "RUNNING" && expiry.get(x) === timer) end(x, "TIMED_OUT", {});
      },
    );
    expiry.set(x, timer);
  };

  /** Takes back the limit of an execution's time. */
  const unlimit = (x: Execution) => expiry.get(x)?.cancel();

  return { finish, end, limitTime, unlimit };
};
