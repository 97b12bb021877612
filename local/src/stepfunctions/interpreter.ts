import type { Timer } from "../clock.ts";
import type { World } from "../engine.ts";
import {
  childrenOf,
  type Execution,
  type Failure,
  type Json,
  type State,
  type Thread,
  tooLarge,
  type Visit,
  variablesOf,
  workflowOf,
} from "./execution.ts";
import { Exhausted, type History } from "./history.ts";
import { type Integration, integrationOf, perform } from "./integrations.ts";
import { type Evaluate, QueryEvaluationError } from "./jsonata.ts";
import { delayOf, matches, type Retrier } from "./retry.ts";
import { tokenFor } from "./token.ts";

/** Thrown where a thread finds that it was overtaken: by a timeout, a failed sibling, the end of the execution. */
const overtaken = Symbol("overtaken");

/** Thrown where a state fails; Retry and Catch have not been asked yet. */
class StateFailed extends Error {
  override name = "StateFailed";
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.error);
    this.failure = failure;
  }
}

/** What the interpreter needs of the engine around it. */
export type Surroundings = {
  world: World;
  evaluate: Evaluate;
  history: History;
  /** Told once, when an execution has ended. */
  ended: (execution: Execution) => void;
  /** Whether the machine is being deleted, which ends its executions at their next transition. */
  deleted: (execution: Execution) => boolean;
  find: (arn: string) => Execution | undefined;
};

/** Walks executions through their states. Everything it knows of one stands in the Execution. */
export type Interpreter = ReturnType<typeof createInterpreter>;

export const createInterpreter = (surroundings: Surroundings) => {
  const { world, evaluate, history } = surroundings;
  const { clock } = world;
  const timers = new Map<string, Set<Timer>>();

  const live = (x: Execution, t: Thread, step: number) =>
    x.status === "RUNNING" && x.threads[t.id] === t && t.step === step;

  /** Nothing that was planned for this thread happens any more. */
  const settle = (x: Execution, t: Thread) => {
    t.step += 1;
    const key = `${x.arn}#${t.id}`;
    for (const timer of timers.get(key) ?? []) timer.cancel();
    timers.delete(key);
  };

  const later = (
    x: Execution,
    t: Thread,
    ms: number,
    what: string,
    task: () => Promise<void> | void,
  ) => {
    const { step } = t;
    const key = `${x.arn}#${t.id}`;
    const pending = timers.get(key) ?? new Set();
    timers.set(key, pending);
    const timer = clock.after(ms, `states ${what} ${x.machineName} ${x.name}`, () => {
      pending.delete(timer);
      return live(x, t, step) ? guarded(x, t, task) : undefined;
    });
    pending.add(timer);
  };

  const guarded = async (x: Execution, t: Thread, task: () => Promise<void> | void) => {
    try {
      await task();
    } catch (error) {
      if (error === overtaken) return;
      if (error instanceof StateFailed) await guarded(x, t, () => failed(x, t, error.failure));
      else if (error instanceof Exhausted)
        end(x, "FAILED", { error: "States.Runtime", cause: error.message });
      else throw error;
    }
  };

  const visitOf = (t: Thread) => t.visit as Visit;
  const stateOf = (x: Execution, t: Thread) =>
    workflowOf(x, t).States[visitOf(t).state] as State & { Retry?: Retrier[] };

  const limited = (t: Thread, text: string) => {
    if (tooLarge(text))
      throw new StateFailed({
        error: "States.DataLimitExceeded",
        cause: `The state/task '${visitOf(t).state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
      });
    return text;
  };

  /** The context object. */
  const contextOf = (x: Execution, t: Thread) => {
    const v = visitOf(t);
    const item = itemOf(x, t);
    return {
      Execution: {
        Id: x.arn,
        Input: JSON.parse(x.input),
        Name: x.name,
        RoleArn: x.roleArn,
        StartTime: new Date(x.startDate).toISOString(),
        RedriveCount: x.redriveCount,
        ...(x.redriveDate && { RedriveTime: new Date(x.redriveDate).toISOString() }),
      },
      StateMachine: { Id: x.machineArn, Name: x.machineName },
      State: {
        Name: v.state,
        EnteredTime: new Date(v.enteredAt).toISOString(),
        RetryCount: v.retryCount,
      },
      ...(v.task?.token && { Task: { Token: v.task.token } }),
      ...(item && { Map: { Item: item } }),
    };
  };
  const itemOf = (x: Execution, t: Thread): Thread["item"] =>
    t.item ?? (t.parent && itemOf(x, x.threads[t.parent.thread] as Thread));

  /** Fails the state as a query does: with an event of its own in the history. */
  const evaluationFailed = (
    x: Execution,
    t: Thread,
    what: string,
    location: string,
    after = t.last === visitOf(t).entered ? visitOf(t).before : t.last,
  ) => {
    const v = visitOf(t);
    const cause = `An error occurred while executing the state '${v.state}' (entered at the event id #${v.entered}). ${what}`;
    const error = "States.QueryEvaluationError";
    t.last = history.add(
      x,
      "EvaluationFailed",
      { evaluationFailedEventDetails: { cause, error, location, state: v.state } },
      after,
    );
    return new StateFailed({ error, cause });
  };

  type Scope = { result?: Json; errorOutput?: Json; item?: Thread["item"] };

  const fill = async (
    x: Execution,
    t: Thread,
    template: unknown,
    location: string,
    { item, ...scope }: Scope = {},
  ): Promise<Json> => {
    const { step } = t;
    const context = contextOf(x, t);
    const states = {
      input: visitOf(t).input,
      ...scope,
      context: item ? { ...context, Map: { Item: item } } : context,
    };
    try {
      const value = await evaluate(template, { ...variablesOf(x, t), states }, location);
      if (!live(x, t, step)) throw overtaken;
      return value;
    } catch (error) {
      if (!live(x, t, step)) throw overtaken;
      if (!(error instanceof QueryEvaluationError)) throw error;
      throw evaluationFailed(x, t, error.message, error.location);
    }
  };

  const kindOf = (value: Json) =>
    value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

  const filled = async <Kind extends "number" | "string" | "boolean" | "array">(
    x: Execution,
    t: Thread,
    template: unknown,
    location: string,
    kind: Kind,
  ) => {
    const value = await fill(x, t, template, location);
    if (kindOf(value) === kind) return value;
    throw evaluationFailed(
      x,
      t,
      `The JSONata expression '${String(template).slice(2, -2).trim()}' specified for the field '${location}' returned an unexpected result type. Expected '${kind}', but was '${kindOf(value)}' for value: ${JSON.stringify(value)}`,
      location,
    );
  };

  const seconds = async (x: Execution, t: Thread, template: unknown, location: string) => {
    if (template === undefined) return undefined;
    const value = (await filled(x, t, template, location, "number")) as number;
    const atLeast = location === "Seconds" ? 0 : 1;
    if (Number.isInteger(value) && value >= atLeast && value <= 99_999_999) return value;
    const what = `The ${location} field must be an integer from ${atLeast} to 99999999, but was: ${value}`;
    throw evaluationFailed(x, t, what, location);
  };

  const enter = (x: Execution, t: Thread, state: string, input: Json) => {
    settle(x, t);
    t.entering = { state, input };
    delete t.visit;
    later(x, t, 0, `enter ${state} of`, () => arrive(x, t, state, input));
  };

  const arrive = async (x: Execution, t: Thread, state: string, input: Json) => {
    if (surroundings.deleted(x)) return end(x, "ABORTED", {});
    const { Type } = workflowOf(x, t).States[state] as State;
    const before = t.last;
    delete t.entering;
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

  type Leaving = {
    output: Json;
    fields: Pick<State, "Output" | "Assign">;
    scope?: Scope;
    at?: string;
    next?: string | undefined;
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
    settle(x, t);
    const names = Object.keys(assigned);
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
    Object.assign(t.variables, assigned);
    if (leaving.next !== undefined) enter(x, t, leaving.next, output);
    else finish(x, t, output);
  };

  const act = (x: Execution, t: Thread): Promise<void> | void => {
    const s = stateOf(x, t);
    const v = visitOf(t);
    const go = (output: Json = v.input) => leave(x, t, { output, fields: s, next: s.Next });
    switch (s.Type) {
      case "Pass":
      case "Succeed":
        return go();
      case "Wait":
        return wait(x, t, s, go);
      case "Fail":
        return fail(x, t, s);
      case "Choice":
        return choose(x, t, s);
      case "Task":
        return attempt(x, t, s);
      default:
        return spread(x, t, s);
    }
  };

  const wait = async (x: Execution, t: Thread, s: State, go: () => Promise<void>) => {
    let ms: number;
    if (s.Timestamp !== undefined) {
      const text = (await filled(x, t, s.Timestamp, "Timestamp", "string")) as string;
      const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
      const at = iso.test(text) ? Date.parse(text) : Number.NaN;
      if (Number.isNaN(at)) {
        const what = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`;
        throw evaluationFailed(x, t, what, "Timestamp", t.last);
      }
      ms = at - clock.now();
    } else ms = ((await seconds(x, t, s.Seconds, "Seconds")) as number) * 1000;
    later(x, t, Math.max(0, ms), `wait ${visitOf(t).state} of`, () => go());
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

  // Tasks

  const described = ({ resource, resourceType }: Integration) => ({ resource, resourceType });

  /** Records what happened to a task, under the names that a direct Lambda Resource or an integration has. */
  const record = (
    x: Execution,
    t: Thread,
    integration: Integration,
    what: "Scheduled" | "Started" | "Submitted" | "Succeeded" | "Failed" | "TimedOut",
    details: Record<string, unknown> = {},
  ) => {
    const kind = integration.direct ? "lambdaFunction" : "task";
    const fields = integration.direct ? details : { ...described(integration), ...details };
    const type = `${kind[0]?.toUpperCase()}${kind.slice(1)}${what}`;
    const named = Object.keys(fields).length > 0 && { [`${kind}${what}EventDetails`]: fields };
    t.last = history.add(x, type, named || {}, t.last);
  };

  const attempt = async (x: Execution, t: Thread, s: State) => {
    const v = visitOf(t);
    const integration = integrationOf(s.Resource) as Integration;
    v.task = { open: false };
    if (integration.callback) v.task = { token: tokenFor(clock, x, t), open: false };
    const given = s.Arguments === undefined ? v.input : await fill(x, t, s.Arguments, "Arguments");
    const timeout = await seconds(x, t, s.TimeoutSeconds, "TimeoutSeconds");
    const heartbeat = await seconds(x, t, s.HeartbeatSeconds, "HeartbeatSeconds");
    const text = limited(t, JSON.stringify(given));
    const limits = {
      ...(timeout !== undefined && { timeoutInSeconds: timeout }),
      ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
    };
    const scheduled = integration.direct
      ? { resource: integration.direct, input: text, inputDetails: { truncated: false } }
      : { region: world.region, parameters: text };
    record(x, t, integration, "Scheduled", { ...scheduled, ...limits });
    record(x, t, integration, "Started");
    if (timeout !== undefined)
      later(x, t, timeout * 1000, `time out ${v.state} of`, () => timedOut(x, t, integration, {}));
    if (integration.callback) {
      v.task.open = true;
      if (heartbeat !== undefined) {
        v.task.heartbeat = heartbeat * 1000;
        beat(x, t);
      }
    }
    const { step } = t;
    const answer = await perform(world, integration, x, given);
    if (!live(x, t, step)) return;
    if ("failure" in answer) return taskFailed(x, t, integration, answer.failure);
    const output = { output: JSON.stringify(answer.result), outputDetails: { truncated: false } };
    if (integration.callback) return record(x, t, integration, "Submitted", output);
    if (!integration.sync) return taskSucceeded(x, t, integration, answer.result);
    record(x, t, integration, "Submitted", output);
    const child = surroundings.find((answer.result as { ExecutionArn: string }).ExecutionArn);
    if (!child) return;
    v.task.child = child.arn;
    if (child.status === "RUNNING") child.waiters.push({ execution: x.arn, thread: t.id, step });
    else childExecutionEnded(x, t, child);
    return;
  };

  /** Starts the time anew within which the next heartbeat has to come. */
  const beat = (x: Execution, t: Thread) => {
    const { task, state } = visitOf(t);
    if (!task?.heartbeat) return;
    const watched = task.due !== undefined;
    task.due = clock.now() + task.heartbeat;
    if (watched) return;
    const watch = (ms: number): void =>
      later(x, t, ms, `miss the heartbeat of ${state} of`, () => {
        const left = (task.due as number) - clock.now();
        if (left > 0) return watch(left);
        const integration = integrationOf(stateOf(x, t).Resource) as Integration;
        return timedOut(x, t, integration, { alias: "States.HeartbeatTimeout" });
      });
    watch(task.heartbeat);
  };

  const taskSucceeded = (x: Execution, t: Thread, integration: Integration, result: Json) => {
    settle(x, t);
    const s = stateOf(x, t);
    const output = JSON.stringify(result);
    record(x, t, integration, "Succeeded", { output, outputDetails: { truncated: false } });
    return leave(x, t, { output: result, fields: s, scope: { result }, next: s.Next });
  };

  const taskFailed = (x: Execution, t: Thread, integration: Integration, failure: Failure) => {
    settle(x, t);
    const { error, cause } = failure;
    record(x, t, integration, "Failed", {
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    });
    return failed(x, t, failure);
  };

  const timedOut = (x: Execution, t: Thread, integration: Integration, { alias }: Failure) => {
    abandon(x, t);
    record(x, t, integration, "TimedOut", { error: "States.Timeout" });
    return failed(x, t, { error: "States.Timeout", ...(alias && { alias }) });
  };

  /** Gives up what a thread waits for. An execution that it started and waits for is stopped. */
  const abandon = (x: Execution, t: Thread) => {
    settle(x, t);
    const child = t.visit?.task?.child;
    if (!child || surroundings.find(child)?.status !== "RUNNING") return;
    const caller = { name: x.machineName, role: x.roleArn };
    const input = { executionArn: child };
    clock.after(0, `states stop ${child}`, () =>
      world.call({ caller, service: "states", operation: "StopExecution", input }),
    );
  };

  const childExecutionEnded = (x: Execution, t: Thread, child: Execution) => {
    const integration = integrationOf(stateOf(x, t).Resource) as Integration;
    const described = {
      ...(child.cause !== undefined && { Cause: child.cause }),
      ...(child.error !== undefined && { Error: child.error }),
      ExecutionArn: child.arn,
      Input: JSON.parse(child.input),
      InputDetails: { Included: true },
      Name: child.name,
      ...(child.output !== undefined && {
        Output: JSON.parse(child.output),
        OutputDetails: { Included: true },
      }),
      StartDate: child.startDate,
      StateMachineArn: child.machineArn,
      Status: child.status,
      StopDate: child.stopDate ?? null,
    } as Json;
    later(x, t, 0, `resume ${visitOf(t).state} of`, () =>
      child.status === "SUCCEEDED"
        ? taskSucceeded(x, t, integration, described)
        : taskFailed(x, t, integration, {
            error: "States.TaskFailed",
            cause: JSON.stringify(described),
          }),
    );
  };

  // Parallel and Map

  const spread = async (x: Execution, t: Thread, s: State) => {
    const v = visitOf(t);
    if (s.Type === "Parallel") {
      const given =
        s.Arguments === undefined ? v.input : await fill(x, t, s.Arguments, "Arguments");
      t.last = history.add(x, "ParallelStateStarted", {}, t.last);
      const items = (s.Branches as unknown[]).map(() => given);
      v.children = newChildren(items, undefined, items.length);
    } else {
      const items = (
        s.Items === undefined ? v.input : await filled(x, t, s.Items, "Items", "array")
      ) as Json[];
      if (!Array.isArray(items))
        throw evaluationFailed(
          x,
          t,
          `The input of a Map must be an array, but was '${kindOf(items)}'.`,
          "Items",
        );
      const number = async (field: string) =>
        s[field] === undefined
          ? undefined
          : ((await filled(x, t, s[field], field, "number")) as number);
      const concurrency = (await number("MaxConcurrency")) || INLINE_CONCURRENCY;
      const count = await number("ToleratedFailureCount");
      const percentage = await number("ToleratedFailurePercentage");
      const share = percentage === undefined ? undefined : (items.length * percentage) / 100;
      const tolerated =
        count === undefined && share === undefined
          ? undefined
          : Math.min(count ?? Number.POSITIVE_INFINITY, share ?? Number.POSITIVE_INFINITY);
      t.last = history.add(
        x,
        "MapStateStarted",
        { mapStateStartedEventDetails: { length: items.length } },
        t.last,
      );
      v.children = newChildren(items, tolerated, Math.min(concurrency, INLINE_CONCURRENCY));
    }
    if (v.children.items.length === 0) return gathered(x, t);
    const started = t.last;
    while (v.children.started < Math.min(v.children.items.length, v.children.concurrency))
      await startChild(x, t, s, started);
  };

  const newChildren = (items: Json[], tolerated: number | undefined, concurrency: number) => ({
    items,
    results: items.map(() => null),
    started: 0,
    ended: 0,
    failures: 0,
    tolerated,
    concurrency,
  });

  const startChild = async (x: Execution, t: Thread, s: State, after: number) => {
    const { children, state } = visitOf(t) as Visit & Required<Pick<Visit, "children">>;
    const index = children.started;
    children.started += 1;
    const value = children.items[index] as Json;
    const isMap = s.Type === "Map";
    const item = isMap ? { Index: index, Value: value } : undefined;
    const input =
      isMap && s.ItemSelector !== undefined
        ? await fill(x, t, s.ItemSelector, "ItemSelector", { item })
        : value;
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
    enter(x, child, workflowOf(x, child).StartAt, input);
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
    const v = visitOf(t) as Visit & Required<Pick<Visit, "children">>;
    const { children } = v;
    children.results[child.parent?.index as number] = result;
    children.ended += 1;
    delete x.threads[child.id];
    if (children.ended === children.items.length) {
      t.last = last;
      later(x, t, 0, `gather ${v.state} of`, () => gathered(x, t));
    } else if (children.started < children.items.length)
      later(x, t, 0, `iterate ${v.state} of`, async () => {
        if (children.started < children.items.length)
          await startChild(x, t, stateOf(x, t), child.last);
      });
  };

  const gathered = (x: Execution, t: Thread) => {
    const s = stateOf(x, t);
    settle(x, t);
    history.add(x, `${s.Type}StateSucceeded`, {}, t.last);
    const result = visitOf(t).children?.results as Json[];
    return leave(x, t, { output: result, fields: s, scope: { result }, next: s.Next });
  };

  const abortChildren = (x: Execution, t: Thread, after: number, but?: Thread) => {
    for (const child of childrenOf(x, t)) {
      if (child === but) continue;
      abort(x, child, after);
      if (stateOf(x, t).Type === "Map") iteration(x, child, "Aborted", visitOf(t).state, after);
    }
  };

  const abort = (x: Execution, t: Thread, after: number) => {
    abortChildren(x, t, after);
    abandon(x, t);
    const type = t.visit && stateOf(x, t).Type;
    if (type && ["Task", "Wait", "Parallel", "Map"].includes(type))
      history.add(x, `${type}StateAborted`, {}, after);
  };

  const discard = (x: Execution, t: Thread) => {
    for (const child of childrenOf(x, t)) {
      discard(x, child);
      delete x.threads[child.id];
    }
  };

  const childFailed = (x: Execution, t: Thread, child: Thread, failure: Failure) => {
    const s = stateOf(x, t);
    const v = visitOf(t) as Visit & Required<Pick<Visit, "children">>;
    if (s.Type === "Map") {
      const { children } = v;
      iteration(x, child, "Failed", v.state, child.last);
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
    return failed(x, t, failure, child);
  };

  // Ends

  const errorOutput = ({ error, cause }: Failure): Json => ({
    Error: error ?? "",
    Cause: cause ?? "",
  });

  /** A state has failed: asks its retriers, then its catchers. */
  const failed = async (
    x: Execution,
    t: Thread,
    failure: Failure,
    child?: Thread,
  ): Promise<void> => {
    abortChildren(x, t, t.last, child);
    const s = stateOf(x, t);
    const v = visitOf(t);
    const at = s.Retry?.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure)) ?? -1;
    const retrier = s.Retry?.[at];
    const before = v.tries[at] ?? 0;
    if (retrier && before < (retrier.MaxAttempts ?? 3)) {
      settle(x, t);
      discard(x, t);
      v.tries[at] = before + 1;
      v.retryCount += 1;
      const delay = delayOf(retrier, before, clock.random);
      world.note({
        kind: "states.retry",
        machine: x.machineName,
        execution: x.arn,
        state: v.state,
        error: failure.error,
        retry: v.retryCount,
        delay,
      });
      later(x, t, delay, `retry ${v.state} of`, () => act(x, t));
      return;
    }
    if (v.children) t.last = history.add(x, `${s.Type}StateFailed`, {}, t.last);
    const catchers = (s.Catch ?? []) as (State & { ErrorEquals: string[]; Next: string })[];
    const caught = catchers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure));
    const catcher = catchers[caught];
    if (!catcher) return lose(x, t, failure);
    settle(x, t);
    discard(x, t);
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
    if (outer) await guarded(x, outer, () => childFailed(x, outer, t, failure));
    else end(x, "FAILED", failure, t.last);
  };

  const finish = (x: Execution, t: Thread, output: Json) => {
    const outer = t.parent && x.threads[t.parent.thread];
    if (!outer) return end(x, "SUCCEEDED", { output: JSON.stringify(output) }, t.last);
    const isMap = stateOf(x, outer).Type === "Map";
    const last = isMap ? iteration(x, t, "Succeeded", visitOf(outer).state, t.last) : t.last;
    childDone(x, outer, t, output, last);
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
    const details = {
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
    const waiters = x.waiters.splice(0);
    surroundings.ended(x);
    for (const waiter of waiters) {
      const outer = surroundings.find(waiter.execution);
      const thread = outer?.threads[waiter.thread];
      if (outer && thread && live(outer, thread, waiter.step))
        childExecutionEnded(outer, thread, x);
    }
  };

  const expiry = new WeakMap<Execution, Timer>();
  const limitTime = (x: Execution) => {
    const { TimeoutSeconds } = x.workflow;
    if (TimeoutSeconds === undefined) return;
    const timer = clock.after(
      TimeoutSeconds * 1000,
      `states time out ${x.machineName} ${x.name}`,
      () => {
        if (x.status === "RUNNING" && expiry.get(x) === timer) end(x, "TIMED_OUT", {});
      },
    );
    expiry.set(x, timer);
  };

  return {
    start: (x: Execution) => {
      const root: Thread = { id: x.threadCount, path: [], variables: {}, last: 0, step: 0 };
      x.threadCount += 1;
      x.threads[root.id] = root;
      limitTime(x);
      enter(x, root, x.workflow.StartAt, JSON.parse(x.input));
    },
    abort: (x: Execution, failure: Failure) => end(x, "ABORTED", failure),
    /** Goes on from the states that an execution ended in; what had succeeded stays. */
    redrive: (x: Execution, last: number) => {
      limitTime(x);
      for (const t of Object.values(x.threads)) {
        if (childrenOf(x, t).length > 0) continue;
        const { state, input } = (t.entering ?? t.visit) as { state: string; input: Json };
        t.last = last;
        enter(x, t, state, input);
      }
    },
    /** The answer to a task token that is open. */
    answer: (x: Execution, t: Thread, answer: { result: Json } | { failure: Failure }) => {
      const task = visitOf(t).task as NonNullable<Visit["task"]>;
      const integration = integrationOf(stateOf(x, t).Resource) as Integration;
      task.open = false;
      settle(x, t);
      later(x, t, 0, `answer ${visitOf(t).state} of`, () =>
        "failure" in answer
          ? taskFailed(x, t, integration, answer.failure)
          : taskSucceeded(x, t, integration, answer.result),
      );
    },
    beat,
    stop: () => {
      for (const pending of timers.values()) for (const timer of pending) timer.cancel();
      timers.clear();
    },
  };
};

/** How many iterations of an inline Map run at once, at most. */
const INLINE_CONCURRENCY = 40;
