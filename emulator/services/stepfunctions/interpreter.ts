import type { Context, Surroundings } from "./context.ts";
import { createEndings } from "./endings.ts";
import { childrenOf, type Execution, type Failure, type Thread, visitOf } from "./execution.ts";
import { createFailures } from "./failures.ts";
import { Exhausted } from "./history.ts";
import { createNestedStates } from "./nested-states.ts";
import { createQueries, overtaken, StateFailed } from "./queries.ts";
import { createSimpleStates } from "./simple-states.ts";
import { createTaskStates } from "./task-states.ts";
import { createTimers } from "./timers.ts";
import { createTransitions } from "./transitions.ts";

/** Walks executions through their states. Everything it knows of one stands in the Execution. */
export type Interpreter = ReturnType<typeof createInterpreter>;

export const createInterpreter = (surroundings: Surroundings) => {
  const { world, evaluate, history, definitions, changed } = surroundings;
  const { clock } = world;
  const { stateOf } = definitions;

  /** Carries out a thread's task. Where it throws that the state failed, the state's Retry and Catch decide. */
  const guarded = async (x: Execution, t: Thread, task: () => Promise<void> | void) => {
    try {
      await task();
    } catch (error) {
      if (error === overtaken) return;
      if (error instanceof StateFailed) await guarded(x, t, () => flow.failed(x, t, error.failure));
      else if (error instanceof Exhausted) {
        const last = history.count(x);
        flow.end(x, "FAILED", { error: "States.Runtime", cause: error.message }, last);
      } else throw error;
    }
  };

  const timers = createTimers(clock, changed, guarded);
  const queries = createQueries(evaluate, history, timers.live);
  // Each part is made with the others, which are there as soon as anything happens.
  const context = { ...surroundings, timers, queries, guarded } as Context;
  const transitions = createTransitions(context);
  const endings = createEndings(context);
  const flow = { ...transitions, ...endings, ...createFailures(context) };
  const simple = createSimpleStates(context);
  const tasks = createTaskStates(context);
  const nested = createNestedStates(context);
  Object.assign(context, { flow, simple, tasks, nested });

  const { enter, arriveSoon, leave, act, failed, follow, limitTime, end } = flow;
  const { soon } = timers;

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
    else if (due !== undefined) simple.sleep(x, t, due);
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
      endings.unlimit(x);
      for (const t of Object.values(x.threads)) timers.forget(t);
    },
  };
};
