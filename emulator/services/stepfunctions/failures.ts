import type { Context } from "./context.ts";
import {
  type Execution,
  errorOutput,
  type Failure,
  type State,
  type Thread,
  visitOf,
} from "./execution.ts";
import { StateFailed } from "./queries.ts";
import { delayOf, matches } from "./retry.ts";

/** What becomes of a state that fails: its retriers, its catchers, and the workflow around it. */
export const createFailures = (context: Context) => {
  const { world, history, definitions, timers } = context;
  const { clock } = world;
  const { stateOf } = definitions;
  const { settle } = timers;

  /** A state has failed: asks its retriers, then its catchers. */
  const failed = async (
    x: Execution,
    t: Thread,
    failure: Failure,
    child?: Thread,
  ): Promise<void> => {
    context.nested.abortChildren(x, t, t.last, child);
    const s = stateOf(x, t);
    const v = visitOf(t);
    const at = s.Retry?.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure)) ?? -1;
    const retrier = s.Retry?.[at];
    const before = v.tries[at] ?? 0;
    if (retrier && before < (retrier.MaxAttempts ?? 3)) {
      settle(x, t);
      context.nested.discard(x, t);
      v.tries[at] = before + 1;
      v.retryCount += 1;
      Object.assign(v, { task: undefined, children: undefined, outcome: undefined });
      const delay = delayOf(retrier, before, () => clock.random(`states retry ${x.arn}`));
      context.simple.sleep(x, t, clock.now() + Math.trunc(delay));
      world.note({
        kind: "states.retry",
        machine: x.machineName,
        execution: x.arn,
        executionArn: x.arn,
        state: v.state,
        error: failure.error,
        retry: v.retryCount,
        delay,
      });
      return;
    }
    if (v.children || s.Type === "Map") t.last = history.add(x, `${s.Type}StateFailed`, {}, t.last);
    const caught = ((s.Catch ?? []) as State[]).findIndex(({ ErrorEquals }) =>
      matches(ErrorEquals, failure),
    );
    if (caught < 0) return lose(x, t, failure);
    settle(x, t);
    context.nested.discard(x, t);
    v.outcome = { failure, caught };
    return follow(x, t, failure, caught);
  };

  /** Leaves a state by the way that one of its catchers shows. */
  const follow = async (x: Execution, t: Thread, failure: Failure, caught: number) => {
    const catcher = stateOf(x, t).Catch[caught] as State;
    const output = errorOutput(failure);
    const scope = { errorOutput: output };
    try {
      await context.flow.leave(x, t, {
        output,
        fields: catcher,
        scope,
        at: `Catch[${caught}]/`,
        next: catcher.Next,
      });
    } catch (error) {
      // A catcher's own failure is not for the same state's catchers: it would never end.
      if (!(error instanceof StateFailed)) throw error;
      await lose(x, t, error.failure);
    }
  };

  /** Nothing has caught it: the branch fails, or the execution. */
  const lose = async (x: Execution, t: Thread, failure: Failure): Promise<void> => {
    settle(x, t);
    const outer = t.parent && x.threads[t.parent.thread];
    if (outer)
      await context.guarded(x, outer, () => context.nested.childFailed(x, outer, t, failure));
    else context.flow.end(x, "FAILED", failure, t.last);
  };

  return { failed, follow, lose };
};
