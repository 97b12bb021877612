import type { Context } from "./context.ts";
import {
  type Children,
  childrenOf,
  type Execution,
  errorOutput,
  type Failure,
  type Json,
  type State,
  type Thread,
  visitOf,
} from "./execution.ts";
import { overtaken } from "./queries.ts";

/** How many iterations of an inline Map run at once, at most. */
const INLINE_CONCURRENCY = 40;

const childrenIn = (t: Thread) => visitOf(t).children as Children;

/** Parallel and Map states: the threads inside them, how they are gathered, and how they fall with one another. */
export const createNestedStates = (context: Context) => {
  const { history, definitions, timers, queries } = context;
  const { stateOf, workflowOf } = definitions;
  const { live, settle, soon } = timers;
  const { fill, filled, unexpected, evaluationFailed } = queries;

  const branches = async (x: Execution, t: Thread, s: State) => {
    const given =
      s.Arguments === undefined ? visitOf(t).input : await fill(x, t, s.Arguments, "Arguments");
    t.last = history.add(x, "ParallelStateStarted", {}, t.last);
    const { length } = s.Branches as unknown[];
    expectChildren(t, { count: length, items: [given] }, length);
  };

  const iterations = async (x: Execution, t: Thread, s: State) => {
    const items = s.Items === undefined ? visitOf(t).input : await fill(x, t, s.Items, "Items");
    if (!Array.isArray(items)) {
      if (s.Items !== undefined) throw unexpected(x, t, s.Items, "Items", "array", items);
      const what = `Map state input must be an array but was: ${JSON.stringify(items)}`;
      throw evaluationFailed(x, t, what);
    }
    const number = async (field: string) =>
      s[field] === undefined
        ? undefined
        : ((await filled(x, t, s[field], field, "number")) as number);
    const concurrency = (await number("MaxConcurrency")) || INLINE_CONCURRENCY;
    const count = await number("ToleratedFailureCount");
    const percentage = await number("ToleratedFailurePercentage");
    const share = percentage === undefined ? undefined : (items.length * percentage) / 100;
    const limits = [count, share].filter((limit) => limit !== undefined);
    const tolerated = limits.length > 0 ? Math.min(...limits) : undefined;
    const details = { mapStateStartedEventDetails: { length: items.length } };
    t.last = history.add(x, "MapStateStarted", details, t.last);
    const limit = tolerated === undefined ? {} : { tolerated };
    const most = Math.min(concurrency, INLINE_CONCURRENCY);
    expectChildren(t, { count: items.length, items, ...limit }, most);
  };

  const expectChildren = (
    t: Thread,
    what: Pick<Children, "count" | "items" | "tolerated">,
    most: number,
  ) => {
    const { count } = what;
    visitOf(t).children = {
      ...what,
      results: Array(count).fill(null),
      started: 0,
      ended: 0,
      failures: 0,
      free: Array(Math.min(count, most)).fill(t.last),
    };
  };

  /** Starts the threads inside a Parallel or a Map. */
  const spread = async (x: Execution, t: Thread, s: State) => {
    await (s.Type === "Parallel" ? branches : iterations)(x, t, s);
    if (childrenIn(t).count === 0) return gathered(x, t);
    await startChildren(x, t, s);
  };

  /** Those that are starting children now: one at a time, each in the order of its index. */
  const starting = new WeakSet<Children>();

  const startChildren = async (x: Execution, t: Thread, s: State) => {
    const children = childrenIn(t);
    if (starting.has(children)) return;
    const { step } = t;
    starting.add(children);
    try {
      while (children.free.length > 0 && children.started < children.count) {
        await startChild(x, t, s);
        if (!live(x, t, step)) throw overtaken;
      }
    } finally {
      starting.delete(children);
    }
  };

  const startChild = async (x: Execution, t: Thread, s: State) => {
    const children = childrenIn(t);
    const { state } = visitOf(t);
    const index = children.started;
    const isMap = s.Type === "Map";
    const value = children.items[isMap ? index : 0] as Json;
    const item = isMap ? { Index: index, Value: value } : undefined;
    const input =
      isMap && s.ItemSelector !== undefined
        ? await fill(x, t, s.ItemSelector, "ItemSelector", { item })
        : value;
    children.started += 1;
    const after = children.free.shift() as number;
    const child: Thread = {
      id: x.threadCount,
      parent: { thread: t.id, index },
      path: [...t.path, { state, branch: index }],
      variables: {},
      ...(item && { item }),
      last: after,
      step: 0,
    };
    x.threadCount += 1;
    x.threads[child.id] = child;
    if (isMap) child.last = iteration(x, child, "Started", state, after);
    context.flow.enter(x, child, workflowOf(x, child).StartAt, input);
  };

  const iteration = (
    x: Execution,
    child: Thread,
    what: "Started" | "Succeeded" | "Failed" | "Aborted",
    name: string,
    after: number,
  ) =>
    history.add(
      x,
      `MapIteration${what}`,
      { [`mapIteration${what}EventDetails`]: { index: child.parent?.index, name } },
      after,
    );

  /** A branch or an iteration is done; `result` stands in for it in the state's result. */
  const childDone = (x: Execution, t: Thread, child: Thread, result: Json, last: number) => {
    const children = childrenIn(t);
    children.results[child.parent?.index as number] = result;
    children.ended += 1;
    delete x.threads[child.id];
    children.free.push(child.last);
    if (children.ended === children.count) t.last = last;
    goOn(x, t);
  };

  /** Plans what there is to do beside the children that run. */
  const goOn = (x: Execution, t: Thread) => {
    const { ended, started, count } = childrenIn(t);
    const { state } = visitOf(t);
    if (ended === count) soon(x, t, `gather ${state} of`, () => gathered(x, t));
    else if (started < count)
      soon(x, t, `iterate ${state} of`, () => startChildren(x, t, stateOf(x, t)));
  };

  const gathered = (x: Execution, t: Thread) => {
    const s = stateOf(x, t);
    settle(x, t);
    history.add(x, `${s.Type}StateSucceeded`, {}, t.last);
    const result = childrenIn(t).results;
    visitOf(t).outcome = { result };
    return context.flow.leave(x, t, { output: result, fields: s, scope: { result }, next: s.Next });
  };

  const abortChildren = (x: Execution, t: Thread, after: number, failed?: Thread) => {
    for (const child of childrenOf(x, t)) {
      if (child === failed) continue;
      abort(x, child, after);
      if (stateOf(x, t).Type === "Map") iteration(x, child, "Aborted", visitOf(t).state, after);
    }
    if (failed) aborted(x, failed, after);
  };

  /** AWS tells this of the state too that the others are aborted for. */
  const aborted = (x: Execution, t: Thread, after: number) => {
    const type = t.visit && stateOf(x, t).Type;
    if (type && ["Task", "Wait", "Parallel", "Map"].includes(type))
      history.add(x, `${type}StateAborted`, {}, after);
  };

  const abort = (x: Execution, t: Thread, after: number) => {
    abortChildren(x, t, after);
    context.tasks.abandon(x, t);
    aborted(x, t, after);
  };

  const discard = (x: Execution, t: Thread) => {
    for (const child of childrenOf(x, t)) {
      discard(x, child);
      delete x.threads[child.id];
    }
  };

  const childFailed = (x: Execution, t: Thread, child: Thread, failure: Failure) => {
    if (stateOf(x, t).Type === "Map") {
      const children = childrenIn(t);
      iteration(x, child, "Failed", visitOf(t).state, child.last);
      children.failures += 1;
      const { tolerated } = children;
      if (tolerated !== undefined && children.failures <= tolerated) {
        discard(x, child);
        return childDone(x, t, child, errorOutput(failure), child.last);
      }
      if (tolerated !== undefined) {
        failure = {
          error: "States.ExceedToleratedFailureThreshold",
          cause: "The specified tolerated failure threshold was exceeded",
        };
      }
    }
    t.last = child.last;
    settle(x, t);
    return context.flow.failed(x, t, failure, child);
  };

  /** A branch or an iteration has come to its end. */
  const childEnded = (x: Execution, t: Thread, child: Thread, output: Json) => {
    const isMap = stateOf(x, t).Type === "Map";
    const last = isMap
      ? iteration(x, child, "Succeeded", visitOf(t).state, child.last)
      : child.last;
    childDone(x, t, child, output, last);
  };

  return { spread, goOn, childEnded, childFailed, abortChildren, discard };
};
