import { AwsError, type Engine, type World } from "../../kernel/engine.ts";
import { createDefinitions } from "./definitions.ts";
import { createErrands } from "./errands.ts";
import type { Execution } from "./execution.ts";
import { describe, executionOperations } from "./executions.ts";
import { createHistory } from "./history.ts";
import { createInterpreter } from "./interpreter.ts";
import { createEvaluate } from "./jsonata/evaluate.ts";
import { type Machine, machineOperations } from "./machines.ts";
import { createExecutions } from "./retention.ts";

/** AWS sends status changes itself, under no role of ours. */
const SENDER = { name: "states.amazonaws.com", role: "states.amazonaws.com" };

/** A status change event leaves out input and output where it would be longer than this, in bytes. */
const EVENT_LIMIT = 248 * 1024;
type Announced = { FailedEntryCount: number; Entries: { ErrorMessage?: string }[] };
const LEFT_OUT = {
  input: null,
  inputDetails: { included: false },
  output: null,
  outputDetails: { included: false },
};

/** Step Functions: Standard state machines in the JSONata dialect of the Amazon States Language. */
export const statesEngine = (world: World): Engine => {
  const { clock, keep } = world;
  const definitions = createDefinitions(keep);
  const machines = keep.map<Machine>("states.machines");
  const changed = (x: Execution) => executions.set(x);
  const history = createHistory(world, changed);
  const executions = createExecutions(world, history);
  const isRunning = (arn: string) =>
    executions.running().some(({ machineArn }) => machineArn === arn);

  const errands = createErrands(world, async ({ operation, about }, answer) => {
    try {
      const { FailedEntryCount, Entries } = (await answer) as Announced;
      if (operation === "PutEvents" && FailedEntryCount > 0)
        throw new Error(`A status change was refused: ${Entries[0]?.ErrorMessage}`);
    } catch (error) {
      if (operation !== "PutEvents" || !(error instanceof AwsError)) throw error;
      // AWS tells of status changes as well as it can, no better. A cloud without EventBridge has nobody to tell.
      if (error.code !== "NotEmulated")
        world.note({ kind: "states.announcement-lost", ...about, error: error.code });
    }
  });

  /** Tells the default event bus, and the observers, that an execution has another status. */
  const announce = (x: Execution) => {
    const { arn, name, machineArn, machineName, status } = x;
    const started = status === "RUNNING";
    const described = describe(x, history.count(x), clock.now(), machines.get(machineArn));
    const absent = { stateMachineVersionArn: null, stateMachineAliasArn: null };
    const text = (fields: object) =>
      JSON.stringify({ ...described, ...absent, ...fields }, (_, value) => value ?? null);
    const whole = text({});
    const detail = Buffer.byteLength(whole) > EVENT_LIMIT ? text(LEFT_OUT) : whole;
    const entry = {
      Source: "aws.states",
      DetailType: "Step Functions Execution Status Change",
      Detail: detail,
      Resources: [arn],
      EventBusName: "default",
    };
    errands.send(`${arn}#${history.count(x)}`, {
      label: `announce ${status} of ${machineName} ${name}`,
      caller: SENDER,
      service: "events",
      operation: "PutEvents",
      input: { Entries: [entry] },
      about: { execution: arn, status },
    });
    world.note(
      {
        kind: started ? "states.started" : "states.ended",
        machine: machineName,
        execution: arn,
        executionArn: arn,
        name,
        status,
        ...(x.error !== undefined && { error: x.error }),
        ...(x.cause !== undefined && { errorCause: x.cause }),
      },
      { input: x.input, ...(x.output !== undefined && { output: x.output }) },
      x.input.length + (x.output?.length ?? 0),
    );
  };

  const ended = (x: Execution) => {
    announce(x);
    executions.ended(x);
    const machine = machines.get(x.machineArn);
    if (machine?.deleting && !isRunning(machine.arn)) machines.delete(machine.arn);
  };

  const interpreter = createInterpreter({
    world,
    evaluate: createEvaluate(clock),
    history,
    definitions,
    changed,
    ended,
    stopChild: ({ machineName, roleArn }, child) =>
      errands.send(`stop ${child}`, {
        label: `stop ${child}`,
        caller: { name: machineName, role: roleArn },
        service: "states",
        operation: "StopExecution",
        input: { executionArn: child },
        about: { execution: child },
      }),
    deleted: (x) => machines.get(x.machineArn)?.deleting === true,
    find: executions.get,
  });

  return {
    service: "states",
    operations: {
      ...machineOperations({ world, machines, definitions, isRunning }),
      ...executionOperations({
        world,
        machines,
        executions,
        definitions,
        interpreter,
        history,
        announce,
      }),
    },
    stop() {
      errands.stop();
      for (const x of executions.running()) interpreter.stop(x);
    },
    resume() {
      definitions.resume();
      executions.resume();
      for (const x of executions.running()) interpreter.resume(x);
      errands.resume();
    },
  };
};
