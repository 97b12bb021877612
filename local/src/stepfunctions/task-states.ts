import type { World } from "../engine.ts";
import {
  type Execution,
  type Failure,
  type Json,
  type State,
  stateOf,
  type Thread,
  type Visit,
  visitOf,
} from "./execution.ts";
import type { Flow } from "./flow.ts";
import type { History } from "./history.ts";
import { type Integration, integrationOf, perform } from "./integrations.ts";
import { limited, type Queries } from "./queries.ts";
import type { Timers } from "./timers.ts";
import { tokenFor } from "./token.ts";

const integrationAt = (x: Execution, t: Thread) =>
  integrationOf(stateOf(x, t).Resource) as Integration;

/** Task states: the call, its time, its token, and the execution that it waits for. */
export const createTaskStates = (
  world: World,
  history: History,
  { live, settle, later }: Timers,
  { fill, seconds }: Queries,
  { leave, failed }: Flow,
  find: (arn: string) => Execution | undefined,
) => {
  const { clock } = world;

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
    const child = find((answer.result as { ExecutionArn: string }).ExecutionArn);
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
        const integration = integrationAt(x, t);
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
    if (!child || find(child)?.status !== "RUNNING") return;
    const caller = { name: x.machineName, role: x.roleArn };
    const input = { executionArn: child };
    clock.after(0, `states stop ${child}`, () =>
      world.call({ caller, service: "states", operation: "StopExecution", input }),
    );
  };

  const childExecutionEnded = (x: Execution, t: Thread, child: Execution) => {
    const integration = integrationAt(x, t);
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

  /** The answer to a task token that is open. */
  const answer = (x: Execution, t: Thread, given: { result: Json } | { failure: Failure }) => {
    const integration = integrationAt(x, t);
    (visitOf(t).task as NonNullable<Visit["task"]>).open = false;
    settle(x, t);
    later(x, t, 0, `answer ${visitOf(t).state} of`, () =>
      "failure" in given
        ? taskFailed(x, t, integration, given.failure)
        : taskSucceeded(x, t, integration, given.result),
    );
  };

  return { attempt, beat, answer, abandon, childExecutionEnded };
};
