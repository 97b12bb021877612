import type { Timer } from "../../kernel/clock.ts";
import type { World } from "../../kernel/engine.ts";
import type { Definitions } from "./definitions.ts";
import {
  childrenOf,
  DATA_LIMIT,
  type Execution,
  errorOutput,
  type Failure,
  type Json,
  type State,
  type Thread,
  visitOf,
} from "./execution.ts";
import type { Leaving } from "./flow.ts";
import { Exhausted, type History } from "./history.ts";
import type { Evaluate } from "./jsonata/evaluate.ts";
import { createNestedStates } from "./nested-states.ts";
import { createQueries, limited, overtaken, StateFailed } from "./queries.ts";
import { delayOf, matches } from "./retry.ts";
import { createTaskStates } from "./task-states.ts";
import { createTimers } from "./timers.ts";

/** How much all variables of an execution may hold together, in bytes. */
const VARIABLES_LIMIT = 10 * 1024 * 1024;

/** What sets of variables hold, in bytes of JSON: a set is never changed, another one takes its place. */
const sizes = new WeakMap<object, number>();

const sizeOf = (variables: Record<string, Json>): number => {
  const size =
    sizes.get(variables) ??
    Object.values(variables).reduce<number>(
      (sum, value) => sum + Buffer.byteLength(JSON.stringify(value)),
      0,
    );
  sizes.set(variables, size);
  return size;
};

/** What the interpreter needs of the engine around it. */
export type Surroundings = {
  world: World;
  evaluate: Evaluate;
  history: History;
  definitions: Definitions;
  /** Told whenever something of an execution is another, before or after. */
  changed: (execution: Execution) => void;
  /** Told once, when an execution has ended. */
  ended: (execution: Execution) => void;
  /** Told of an execution that was started by a task which does not wait for it any more. */
  stopChild: (execution: Execution, child: string) => void;
  /** Whether the machine is being deleted, which ends its executions at their next transition. */
  deleted: (execution: Execution) => boolean;
  find: (arn: string) => Execution | undefined;
};

/** Walks executions through their states. Everything it knows of one stands in the Execution. */
export type Interpreter = ReturnType<typeof createInterpreter>;

export const createInterpreter = (surroundings: Surroundings) => {
  const { world, evaluate, history, definitions, changed } = surroundings;
  const { clock } = world;
  const { stateOf, workflowOf } = definitions;

  /** Carries out a thread's task. Where it throws that the state failed, the state's Retry and Catch decide. */
  const guarded = async (x: Execution, t: Thread, task: () => Promise<void> | void) => {
    try {
      await task();
    } catch (error) {
      if (error === overtaken) return;
      if (error instanceof StateFailed) await guarded(x, t, () => failed(x, t, error.failure));
      else if (error instanceof Exhausted) {
        const last = history.of(x).length;
        end(x, "FAILED", { error: "States.Runtime", cause: error.message }, last);
      } else throw error;
    }
  };

  const timers = createTimers(clock, changed, guarded);
  const { settle, soon } = timers;
  const queries = createQueries(evaluate, history, timers.live);
  const { fill, filled, seconds, evaluationFailed } = queries;

  const enter = (x: Execution, t: Thread, state: string, input: Json) => {
    settle(x, t);
    t.entering = { state, input };
    t.visit = undefined;
    arriveSoon(x, t, state, input);
  };

  const arriveSoon = (x: Execution, t: Thread, state: string, input: Json) =>
    soon(x, t, `enter ${state} of`, () => arrive(x, t, state, input));

  const arrive = async (x: Execution, t: Thread, state: string, input: Json) => {
    if (surroundings.deleted(x)) return end(x, "ABORTED", {});
    const { Type } = workflowOf(x, t).States[state] as State;
    const before = t.last;
    t.entering = undefined;
    const text = JSON.stringify(input);
    const entered = history.add(
      x,
      `${Type}StateEntered`,
      {
        stateEnteredEventDetails: { name: state, input: text, inputDetails: { truncated: false } },
      },
      before,
    );
    t.last = entered;
    t.visit = { state, input, enteredAt: clock.now(), entered, before, tries: [], retryCount: 0 };
    world.note({
      kind: "states.transition",
      machine: x.machineName,
      execution: x.arn,
      name: x.name,
      state,
      type: Type,
    });
    limited(t, text);
    await act(x, t);
  };

  const leave = async (x: Execution, t: Thread, leaving: Leaving) => {
    const { fields, scope, at = "" } = leaving;
    const v = visitOf(t);
    const output =
      fields.Output === undefined
        ? leaving.output
        : await fill(x, t, fields.Output, `${at}Output`, scope);
    const assigned = fields.Assign
      ? ((await fill(x, t, fields.Assign, `${at}Assign`, scope)) as Record<string, Json>)
      : {};
    const text = limited(t, JSON.stringify(output));
    const names = Object.keys(assigned);
    const variables = names.length > 0 ? assign(x, t, assigned) : t.variables;
    settle(x, t);
    const { Type } = stateOf(x, t);
    t.last = history.add(
      x,
      `${Type}StateExited`,
      {
        stateExitedEventDetails: {
          name: v.state,
          output: text,
          outputDetails: { truncated: false },
          ...(names.length > 0 && {
            assignedVariables: Object.fromEntries(
              names.map((name) => [name, JSON.stringify(assigned[name])]),
            ),
            assignedVariablesDetails: { truncated: false },
          }),
        },
      },
      t.last,
    );
    t.variables = variables;
    if (leaving.next !== undefined) enter(x, t, leaving.next, output);
    else finish(x, t, output);
  };

  /** The variables of a thread after an assignment. Fails the state that assigns more than AWS lets it. */
  const assign = (x: Execution, t: Thread, assigned: Record<string, Json>) => {
    const replaced = Object.keys(assigned).filter((name) => name in t.variables);
    const before = Object.fromEntries(replaced.map((name) => [name, t.variables[name] as Json]));
    const kept = { ...t.variables, ...assigned };
    sizes.set(kept, sizeOf(t.variables) - sizeOf(before) + sizeOf(assigned));
    const stored = Object.values(x.threads).reduce(
      (sum, thread) => sum + sizeOf(thread === t ? kept : thread.variables),
      0,
    );
    if (sizeOf(assigned) <= DATA_LIMIT && stored <= VARIABLES_LIMIT) return kept;
    throw new StateFailed({
      error: "States.DataLimitExceeded",
      cause: `The variables assigned in the state '${visitOf(t).state}' exceed the maximum number of bytes service limit.`,
    });
  };

  const act = (x: Execution, t: Thread): Promise<void> | void => {
    const s = stateOf(x, t);
    switch (s.Type) {
      case "Pass":
      case "Succeed":
        return leave(x, t, { output: visitOf(t).input, fields: s, next: s.Next });
      case "Wait":
        return wait(x, t, s);
      case "Fail":
        return fail(x, t, s);
      case "Choice":
        return choose(x, t, s);
      case "Task":
        return tasks.attempt(x, t, s);
      default:
        return nested.spread(x, t, s);
    }
  };

  const wait = async (x: Execution, t: Thread, s: State) => {
    let due: number;
    if (s.Timestamp !== undefined) {
      const text = (await filled(x, t, s.Timestamp, "Timestamp", "string")) as string;
      const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
      const at = iso.test(text) ? Date.parse(text) : Number.NaN;
      if (Number.isNaN(at)) {
        const what = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`;
        throw evaluationFailed(x, t, what, "Timestamp", t.last);
      }
      due = at;
    } else {
      const length = (await seconds(x, t, s.Seconds, "Seconds")) as number;
      due = clock.now() + length * 1000;
    }
    sleep(x, t, due);
  };

  /** Lets a thread do nothing until its Wait is over, or its next attempt begins. */
  const sleep = (x: Execution, t: Thread, due: number) => {
    const s = stateOf(x, t);
    const v = visitOf(t);
    v.due = due;
    if (s.Type === "Wait")
      timers.at(x, t, due, `wait ${v.state} of`, () =>
        leave(x, t, { output: v.input, fields: s, next: s.Next }),
      );
    else
      timers.at(x, t, due, `retry ${v.state} of`, () => {
        v.due = undefined;
        return act(x, t);
      });
  };

  const fail = async (x: Execution, t: Thread, s: State) => {
    const text = async (template: unknown, location: string) =>
      template === undefined
        ? undefined
        : ((await filled(x, t, template, location, "string")) as string);
    const error = await text(s.Error, "Error");
    const cause = await text(s.Cause, "Cause");
    await lose(x, t, { error, cause });
  };

  const choose = async (x: Execution, t: Thread, s: State) => {
    for (const [i, rule] of (s.Choices as State[]).entries()) {
      const at = `Choices[${i}]/`;
      if (await filled(x, t, rule.Condition, `${at}Condition`, "boolean"))
        return leave(x, t, { output: visitOf(t).input, fields: rule, at, next: rule.Next });
    }
    if (s.Default === undefined) {
      const { state, entered } = visitOf(t);
      throw new StateFailed({
        error: "States.NoChoiceMatched",
        cause: `An error occurred while executing the state '${state}' (entered at the event id #${entered}). Failed to transition out of the state. The state does not have a matched choice rule, and no Default.`,
      });
    }
    return leave(x, t, { output: visitOf(t).input, fields: s, next: s.Default });
  };

  /** A state has failed: asks its retriers, then its catchers. */
  const failed = async (
    x: Execution,
    t: Thread,
    failure: Failure,
    child?: Thread,
  ): Promise<void> => {
    nested.abortChildren(x, t, t.last, child);
    const s = stateOf(x, t);
    const v = visitOf(t);
    const at = s.Retry?.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure)) ?? -1;
    const retrier = s.Retry?.[at];
    const before = v.tries[at] ?? 0;
    if (retrier && before < (retrier.MaxAttempts ?? 3)) {
      settle(x, t);
      nested.discard(x, t);
      v.tries[at] = before + 1;
      v.retryCount += 1;
      Object.assign(v, { task: undefined, children: undefined, outcome: undefined });
      const delay = delayOf(retrier, before, clock.random);
      sleep(x, t, clock.now() + Math.trunc(delay));
      world.note({
        kind: "states.retry",
        machine: x.machineName,
        execution: x.arn,
        state: v.state,
        error: failure.error,
        retry: v.retryCount,
        delay,
      });
      return;
    }
    if (v.children) t.last = history.add(x, `${s.Type}StateFailed`, {}, t.last);
    const caught = ((s.Catch ?? []) as State[]).findIndex(({ ErrorEquals }) =>
      matches(ErrorEquals, failure),
    );
    if (caught < 0) return lose(x, t, failure);
    settle(x, t);
    nested.discard(x, t);
    v.outcome = { failure, caught };
    return follow(x, t, failure, caught);
  };

  /** Leaves a state by the way that one of its catchers shows. */
  const follow = async (x: Execution, t: Thread, failure: Failure, caught: number) => {
    const catcher = stateOf(x, t).Catch[caught] as State;
    const output = errorOutput(failure);
    const scope = { errorOutput: output };
    try {
      await leave(x, t, {
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
    if (outer) await guarded(x, outer, () => nested.childFailed(x, outer, t, failure));
    else end(x, "FAILED", failure, t.last);
  };

  const finish = (x: Execution, t: Thread, output: Json) => {
    const outer = t.parent && x.threads[t.parent.thread];
    if (outer) nested.childEnded(x, outer, t, output);
    else end(x, "SUCCEEDED", { output: JSON.stringify(output) }, t.last);
  };

  const ENDS = {
    SUCCEEDED: "Succeeded",
    FAILED: "Failed",
    TIMED_OUT: "TimedOut",
    ABORTED: "Aborted",
  } as const;

  /** Ends an execution. Its threads stay as they stood, unless it succeeded: a redrive goes on from there. */
  const end = (
    x: Execution,
    status: keyof typeof ENDS,
    { output, error, cause }: Failure & { output?: string },
    after = 0,
  ) => {
    for (const thread of Object.values(x.threads)) abandon(x, thread);
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
    surroundings.ended(x);
    for (const waiter of waiters) {
      const outer = surroundings.find(waiter.execution);
      const thread = outer?.threads[waiter.thread];
      if (outer?.status === "RUNNING" && thread) tasks.childExecutionEnded(outer, thread, x);
    }
  };

  const expiry = new WeakMap<Execution, Timer>();
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

  const flow = { leave, failed };
  const tasks = createTaskStates(surroundings, timers, queries, flow);
  const { abandon } = tasks;
  const nested = createNestedStates(definitions, history, timers, queries, flow, enter, abandon);

  /** Plans anew what a thread was about to do. */
  const goOn = (x: Execution, t: Thread) => {
    const { entering } = t;
    if (entering) return arriveSoon(x, t, entering.state, entering.input);
    const s = stateOf(x, t);
    const v = visitOf(t);
    const { due, children, task, outcome } = v;
    if (outcome)
      soon(x, t, `leave ${v.state} of`, () => {
        if ("result" in outcome) {
          const { result } = outcome;
          return leave(x, t, { output: result, fields: s, scope: { result }, next: s.Next });
        }
        const { failure, caught } = outcome;
        return caught === undefined ? failed(x, t, failure) : follow(x, t, failure, caught);
      });
    else if (due !== undefined) sleep(x, t, due);
    else if (children) nested.goOn(x, t);
    else if (task?.scheduled) tasks.goOn(x, t);
    else soon(x, t, `go on in ${v.state} of`, () => act(x, t));
  };

  return {
    start: (x: Execution) => {
      const root: Thread = { id: x.threadCount, path: [], variables: {}, last: 0, step: 0 };
      x.threadCount += 1;
      x.threads[root.id] = root;
      limitTime(x);
      enter(x, root, definitions.workflow(x.definition).StartAt, JSON.parse(x.input));
    },
    abort: (x: Execution, failure: Failure) => end(x, "ABORTED", failure),
    /**
     * Goes on from the states that an execution ended in, with all their retries before them; what had succeeded stays.
     * A state that was entered is not entered again, but for a Fail.
     */
    redrive: (x: Execution, last: number) => {
      limitTime(x);
      for (const t of Object.values(x.threads)) {
        if (childrenOf(x, t).length > 0) continue;
        t.last = last;
        if (t.entering) {
          arriveSoon(x, t, t.entering.state, t.entering.input);
          continue;
        }
        const { state, input, enteredAt, entered, before } = visitOf(t);
        if (stateOf(x, t).Type === "Fail") {
          enter(x, t, state, input);
          continue;
        }
        t.visit = { state, input, enteredAt, entered, before, tries: [], retryCount: 0 };
        soon(x, t, `go on in ${state} of`, () => act(x, t));
      }
    },
    answer: tasks.answer,
    beat: tasks.beat,
    /** Plans anew what was planned for an execution that runs. */
    resume: (x: Execution) => {
      limitTime(x);
      for (const t of Object.values(x.threads)) goOn(x, t);
    },
    /** Forgets what is planned for an execution; its state stays. */
    stop: (x: Execution) => {
      expiry.get(x)?.cancel();
      for (const t of Object.values(x.threads)) timers.forget(t);
    },
  };
};
