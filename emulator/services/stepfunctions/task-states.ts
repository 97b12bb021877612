import { uuid } from "../../kernel/uuid.ts";
import type { Context } from "./context.ts";
import {
  type Execution,
  type Failure,
  type Json,
  type State,
  type Task,
  type Thread,
  visitOf,
} from "./execution.ts";
import type { HistoryEvent } from "./history-event.ts";
import { executionArnOf, type Integration, integrationOf, perform } from "./integrations.ts";
import { limited } from "./queries.ts";
import { tokenFor } from "./token.ts";

const taskOf = (t: Thread) => visitOf(t).task as Task;

/** Task states: the call, its time, its token, and the execution that it waits for. */
export const createTaskStates = (context: Context) => {
  const { world, history, definitions, changed, stopChild, find, timers, queries } = context;
  const { live, settle, at, soon } = timers;
  const { fill, seconds } = queries;
  const { clock } = world;
  const { stateOf } = definitions;

  const integrationAt = (x: Execution, t: Thread) =>
    integrationOf(stateOf(x, t).Resource) as Integration;

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
    const integration = integrationAt(x, t);
    const task: Task = { open: false };
    if (integration.callback) task.token = tokenFor(clock, x, t);
    if (integration.operation === "StartExecution") task.name = uuid(clock, `states name ${x.arn}`);
    v.task = task;
    changed(x);
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
    task.scheduled = t.last;
    record(x, t, integration, "Started");
    if (timeout !== undefined) task.timeoutAt = clock.now() + timeout * 1000;
    if (integration.callback) {
      task.open = true;
      if (heartbeat !== undefined) {
        task.heartbeat = heartbeat * 1000;
        task.beatDue = clock.now() + task.heartbeat;
      }
    }
    watch(x, t, integration);
    return call(x, t, integration, given);
  };

  const call = async (
    x: Execution,
    t: Thread,
    integration: Integration,
    given: Json,
    begun?: (failure: Failure) => Json | undefined,
  ) => {
    const task = taskOf(t);
    const { step } = t;
    const answer = await perform(world, integration, x, given, task.name);
    if (!live(x, t, step)) return;
    const earlier = "failure" in answer ? begun?.(answer.failure) : undefined;
    if ("failure" in answer && !earlier) return taskFailed(x, t, integration, answer.failure);
    const result = earlier ?? (answer as { result: Json }).result;
    if (!integration.callback && !integration.sync) return taskSucceeded(x, t, integration, result);
    const output = { output: JSON.stringify(result), outputDetails: { truncated: false } };
    record(x, t, integration, "Submitted", output);
    task.submitted = true;
    if (integration.callback) return;
    const child = find((result as { ExecutionArn: string }).ExecutionArn);
    if (!child) return;
    task.child = child.arn;
    if (child.status !== "RUNNING") return childExecutionEnded(x, t, child);
    child.waiters = [...child.waiters, { execution: x.arn, thread: t.id }];
    changed(child);
  };

  /** Plans the ends of the time that a task has. */
  const watch = (x: Execution, t: Thread, integration: Integration) => {
    const { timeoutAt, beatDue } = taskOf(t);
    const { state } = visitOf(t);
    if (timeoutAt !== undefined)
      at(x, t, timeoutAt, `time out ${state} of`, () => timedOut(x, t, integration, {}));
    if (beatDue !== undefined) watchBeat(x, t, integration, beatDue);
  };

  const watchBeat = (x: Execution, t: Thread, integration: Integration, due: number): void =>
    at(x, t, due, `miss the heartbeat of ${visitOf(t).state} of`, () => {
      const next = taskOf(t).beatDue as number;
      return next > clock.now()
        ? watchBeat(x, t, integration, next)
        : timedOut(x, t, integration, { alias: "States.HeartbeatTimeout" });
    });

  /** Starts the time anew within which the next heartbeat has to come. */
  const beat = (x: Execution, t: Thread) => {
    const task = taskOf(t);
    if (!task.heartbeat) return;
    task.beatDue = clock.now() + task.heartbeat;
    changed(x);
  };

  /** Goes on with an attempt that was scheduled: a call whose answer is not there is made again. */
  const goOn = (x: Execution, t: Thread) => {
    const integration = integrationAt(x, t);
    const { answer, submitted, scheduled, timeoutAt } = taskOf(t);
    if (answer) return answerSoon(x, t);
    watch(x, t, integration);
    if (submitted || (timeoutAt !== undefined && timeoutAt <= clock.now())) return;
    const event = history.of(x)[(scheduled as number) - 1] as HistoryEvent;
    const { input, parameters } = (event.lambdaFunctionScheduledEventDetails ??
      event.taskScheduledEventDetails) as Record<string, string>;
    const given = JSON.parse((input ?? parameters) as string);
    /** The execution that the same call began before, although its answer was lost. */
    const begun = ({ error }: Failure) => {
      if (error !== "StepFunctions.ExecutionAlreadyExistsException") return undefined;
      const arn = executionArnOf(given.StateMachineArn, given.Name ?? taskOf(t).name);
      const child = find(arn);
      return child && child.startDate >= event.timestamp * 1000
        ? { ExecutionArn: arn, StartDate: child.startDate / 1000 }
        : undefined;
    };
    soon(x, t, `call again for ${visitOf(t).state} of`, () =>
      call(x, t, integration, given, begun),
    );
  };

  const taskSucceeded = (x: Execution, t: Thread, integration: Integration, result: Json) => {
    settle(x, t);
    const s = stateOf(x, t);
    const output = JSON.stringify(result);
    record(x, t, integration, "Succeeded", { output, outputDetails: { truncated: false } });
    visitOf(t).outcome = { result };
    return context.flow.leave(x, t, { output: result, fields: s, scope: { result }, next: s.Next });
  };

  const taskFailed = (x: Execution, t: Thread, integration: Integration, failure: Failure) => {
    settle(x, t);
    const { error, cause } = failure;
    record(x, t, integration, "Failed", {
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    });
    return context.flow.failed(x, t, failure);
  };

  const timedOut = (x: Execution, t: Thread, integration: Integration, { alias }: Failure) => {
    abandon(x, t);
    record(x, t, integration, "TimedOut", { error: "States.Timeout" });
    return context.flow.failed(x, t, { error: "States.Timeout", ...(alias && { alias }) });
  };

  /** Gives up what a thread waits for. An execution that it started and waits for is stopped. */
  const abandon = (x: Execution, t: Thread) => {
    settle(x, t);
    const child = t.visit?.task?.child;
    if (child && find(child)?.status === "RUNNING") stopChild(x, child);
  };

  /** An execution has ended that a task waits for, or waited for in an earlier attempt. */
  const childExecutionEnded = (x: Execution, t: Thread, child: Execution) => {
    const task = t.visit?.task;
    if (task?.child !== child.arn || task.answer || t.visit?.outcome) return;
    // The first version of the pattern hands on JSON as text.
    const data = (text: string) =>
      integrationAt(x, t).resource.endsWith(".sync") ? text : JSON.parse(text);
    const described = {
      ...(child.cause !== undefined && { Cause: child.cause }),
      ...(child.error !== undefined && { Error: child.error }),
      ExecutionArn: child.arn,
      Input: data(child.input),
      InputDetails: { Included: true },
      Name: child.name,
      ...(child.output !== undefined && {
        Output: data(child.output),
        OutputDetails: { Included: true },
      }),
      StartDate: child.startDate,
      StateMachineArn: child.machineArn,
      Status: child.status,
      StopDate: child.stopDate ?? null,
    } as Json;
    answer(
      x,
      t,
      child.status === "SUCCEEDED"
        ? { result: described }
        : { failure: { error: "States.TaskFailed", cause: JSON.stringify(described) } },
    );
  };

  /** The answer to what a task waits for. */
  const answer = (x: Execution, t: Thread, given: NonNullable<Task["answer"]>) => {
    Object.assign(taskOf(t), { open: false, answer: given });
    settle(x, t);
    answerSoon(x, t);
  };

  const answerSoon = (x: Execution, t: Thread) => {
    const given = taskOf(t).answer as NonNullable<Task["answer"]>;
    const integration = integrationAt(x, t);
    soon(x, t, `answer ${visitOf(t).state} of`, () =>
      "failure" in given
        ? taskFailed(x, t, integration, given.failure)
        : taskSucceeded(x, t, integration, given.result),
    );
  };

  return { attempt, goOn, beat, answer, abandon, childExecutionEnded };
};
