import { AwsError, type Engine, type World } from "../engine.ts";
import type { Execution } from "./execution.ts";
import { describe, executionOperations } from "./executions.ts";
import { createHistory } from "./history.ts";
import { createInterpreter } from "./interpreter.ts";
import { createEvaluate } from "./jsonata.ts";
import { type Machine, machineOperations } from "./machines.ts";

/** AWS sends status changes itself, under no role of ours. */
const SENDER = { name: "states.amazonaws.com", role: "states.amazonaws.com" };

/** A status change event leaves out input and output where it would be longer than this, in bytes. */
const EVENT_LIMIT = 248 * 1024;
const LEFT_OUT = {
  input: null,
  inputDetails: { included: false },
  output: null,
  outputDetails: { included: false },
};

/** Step Functions: Standard state machines in the JSONata dialect of the Amazon States Language. */
export const statesEngine = (world: World): Engine => {
  const { clock } = world;
  const machines = new Map<string, Machine>();
  const executions = new Map<string, Execution>();
  const running = new Map<string, number>();

  /** Tells the default event bus, and the observers, that an execution has another status. */
  const announce = (x: Execution) => {
    const { arn, name, machineArn, machineName, status } = x;
    const started = status === "RUNNING";
    running.set(machineArn, (running.get(machineArn) ?? 0) + (started ? 1 : -1));
    world.note({
      kind: started ? "states.started" : "states.ended",
      machine: machineName,
      execution: arn,
      name,
      status,
      ...(x.error !== undefined && { error: x.error }),
      ...(x.cause !== undefined && { cause: x.cause }),
    });
    const described = describe(x, clock.now(), machines.get(machineArn));
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
    clock.after(0, `states announce ${status} of ${machineName} ${name}`, async () => {
      try {
        const input = { Entries: [entry] };
        const call = { caller: SENDER, service: "events", operation: "PutEvents", input };
        const { FailedEntryCount, Entries } = await world.call(call);
        if (FailedEntryCount > 0)
          throw new Error(`A status change was refused: ${Entries[0].ErrorMessage}`);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        // AWS tells of status changes as well as it can, no better. A cloud without EventBridge has nobody to tell.
        if (error.code !== "NotEmulated")
          world.note({
            kind: "states.announcement-lost",
            execution: arn,
            status,
            error: error.code,
          });
      }
    });
  };

  const ended = (x: Execution) => {
    announce(x);
    const machine = machines.get(x.machineArn);
    if (machine?.deleting && !running.get(machine.arn)) machines.delete(machine.arn);
  };

  const history = createHistory(clock);
  const interpreter = createInterpreter({
    world,
    evaluate: createEvaluate(clock),
    history,
    ended,
    deleted: (x) => machines.get(x.machineArn)?.deleting === true,
    find: (arn) => executions.get(arn),
  });

  return {
    service: "states",
    operations: {
      ...machineOperations(world, machines, (arn) => (running.get(arn) ?? 0) > 0),
      ...executionOperations(world, machines, executions, interpreter, history, announce),
    },
    stop: interpreter.stop,
  };
};
