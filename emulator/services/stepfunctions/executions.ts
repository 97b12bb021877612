import { AwsError, notEmulated, type Operation, type World } from "../../kernel/engine.ts";
import { nestsTooDeep } from "../../kernel/nesting.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { Definitions } from "./definitions.ts";
import { copyOf, type Execution, NESTS_TOO_DEEP, tooLarge } from "./execution.ts";
import { HISTORY_LIMIT, type History } from "./history.ts";
import type { Interpreter } from "./interpreter.ts";
import { atMost, checkName, invalid, type Machine, paged, refuse, required } from "./machines.ts";
import { type Executions, NOT_KEPT } from "./retention.ts";
import { readToken } from "./token.ts";

// biome-ignore lint/suspicious/noExplicitAny: validated below
type Input = any;

const STATUSES = ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"];
const REDRIVABLE_FOR = 14 * 24 * 3600_000;

/** Why an execution cannot be redriven now; undefined where it can. */
const notRedrivable = (x: Execution, events: number, now: number, machine: Machine | undefined) => {
  if (!machine || machine.deleting) return "State machine is in DELETING status";
  if (x.status === "RUNNING" || x.status === "SUCCEEDED")
    return `Execution is ${x.status} and cannot be redriven`;
  if (events >= HISTORY_LIMIT - 1) return "Execution history event limit exceeded";
  if (now - (x.stopDate ?? 0) > REDRIVABLE_FOR) return "Execution redrivable period exceeded";
  return undefined;
};

/** What the API and the status change event tell of an execution. Times in milliseconds. */
export const describe = (
  x: Execution,
  events: number,
  now: number,
  machine: Machine | undefined,
) => {
  const reason = notRedrivable(x, events, now, machine);
  return {
    executionArn: x.arn,
    stateMachineArn: x.machineArn,
    name: x.name,
    status: x.status,
    startDate: x.startDate,
    stopDate: x.stopDate,
    input: x.input,
    inputDetails: { included: true },
    output: x.output,
    outputDetails: x.output === undefined ? undefined : { included: true },
    error: x.error,
    cause: x.cause,
    redriveCount: x.redriveCount,
    redriveDate: x.redriveDate,
    redriveStatus: reason ? "NOT_REDRIVABLE" : "REDRIVABLE",
    redriveStatusReason: reason,
  };
};

/** The members that have a value. */
const present = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const inSeconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);

/** The operations on executions and on the tasks inside them. */
export const executionOperations = ({
  world,
  machines,
  executions,
  definitions,
  interpreter,
  history,
  announce,
}: {
  world: World;
  machines: Map<string, Machine>;
  executions: Executions;
  definitions: Definitions;
  interpreter: Interpreter;
  history: History;
  announce: (x: Execution) => void;
}): Record<string, Operation> => {
  const { clock, account, region } = world;

  const notThere = (arn: string, why = "") =>
    new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'${why}`);

  const find = (arn: string): Execution => {
    const execution = executions.find(arn);
    if (!execution) throw notThere(arn);
    return execution;
  };

  /** An execution that all is kept of. */
  const findWhole = (arn: string): Execution => {
    const execution = find(arn);
    if (!executions.isWhole(arn)) throw notThere(arn, ` any more: ${NOT_KEPT}`);
    return execution;
  };

  const machineFor = (arn: string): Machine => {
    const machine = machines.get(arn);
    if (!machine)
      throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
    return machine;
  };

  const checkFailure = (input: Input) => {
    atMost(input, "error", 256);
    atMost(input, "cause", 32_768);
  };

  const checkInput = (input: unknown) => {
    const refused = (why: string) =>
      new AwsError("InvalidExecutionInput", `Invalid State Machine Execution Input: '${why}'`);
    if (typeof input !== "string" || input === "") throw refused("Invalid execution input.");
    try {
      JSON.parse(input);
    } catch (error) {
      throw refused((error as Error).message);
    }
    if (nestsTooDeep(input)) throw refused(NESTS_TOO_DEEP);
    if (tooLarge(input))
      throw invalid(
        "Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144",
      );
  };

  /** The open task that a token stands for. */
  const taskOf = (token: string) => {
    atMost({ taskToken: token }, "taskToken", 2048);
    const place = readToken(token);
    if (!place) throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
    const execution = executions.get(place.arn);
    if (!execution && !executions.find(place.arn))
      throw new AwsError("TaskDoesNotExist", "Task does not exist");
    const thread = execution?.threads[place.thread];
    const task = thread?.visit?.task;
    if (!thread || execution?.status !== "RUNNING" || task?.token !== token || !task.open)
      throw new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
    return { execution, thread };
  };

  return {
    StartExecution: (input: Input) => {
      const machineArn = required(input, "stateMachineArn");
      const {
        name = uuid(clock, `states name ${machineArn}`),
        input: given = "{}",
        traceHeader,
      } = input;
      checkName(name);
      const machine = machineFor(machineArn);
      if (machine.deleting)
        throw new AwsError(
          "StateMachineDeleting",
          `State Machine Is Being Deleted: '${machine.arn}'`,
        );
      checkInput(given);
      const arn = `arn:aws:states:${region}:${account}:execution:${machine.name}:${name}`;
      const known = executions.find(arn);
      if (known) {
        if (known.status !== "RUNNING" || known.input !== given)
          throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
        return { executionArn: arn, startDate: known.startDate / 1000 };
      }
      const execution: Execution = {
        arn,
        name,
        machineArn: machine.arn,
        machineName: machine.name,
        roleArn: machine.roleArn,
        revisionId: machine.revisionId,
        definition: machine.definition,
        input: given,
        status: "RUNNING",
        startDate: clock.now(),
        redriveCount: 0,
        threads: {},
        threadCount: 0,
        waiters: [],
        ...(traceHeader && { traceHeader }),
      };
      definitions.use(machine.definition);
      executions.set(execution);
      const details = {
        input: given,
        inputDetails: { truncated: false },
        roleArn: machine.roleArn,
      };
      history.add(execution, "ExecutionStarted", { executionStartedEventDetails: details }, 0);
      interpreter.start(execution);
      announce(execution);
      return { executionArn: arn, startDate: execution.startDate / 1000 };
    },

    DescribeExecution: (input: Input) => {
      if (input?.includedData === "METADATA_ONLY") throw notEmulated("states", "includedData");
      const x = find(required(input, "executionArn"));
      const { arn, machineArn } = x;
      const described = describe(x, history.count(x), clock.now(), machines.get(machineArn));
      return present({
        ...described,
        ...(!executions.isWhole(arn) && {
          input: x.input || undefined,
          inputDetails: { included: x.input !== "" },
          redriveStatus: "NOT_REDRIVABLE",
          redriveStatusReason: NOT_KEPT,
        }),
        startDate: inSeconds(x.startDate),
        stopDate: inSeconds(x.stopDate),
        redriveDate: inSeconds(x.redriveDate),
        traceHeader: x.traceHeader,
      });
    },

    DescribeStateMachineForExecution: (input: Input) => {
      const x = findWhole(required(input, "executionArn"));
      const machine = machineFor(x.machineArn);
      return present({
        stateMachineArn: x.machineArn,
        name: x.machineName,
        definition: definitions.text(x.definition),
        roleArn: x.roleArn,
        revisionId: x.revisionId,
        updateDate: machine.creationDate,
        encryptionConfiguration: { type: "AWS_OWNED_KEY" },
        loggingConfiguration: machine.logging,
        tracingConfiguration: machine.tracing,
      });
    },

    ListExecutions: (input: Input) => {
      refuse(input, ["mapRunArn", "redriveFilter"]);
      const machine = machineFor(required(input, "stateMachineArn"));
      const { statusFilter } = input;
      if (statusFilter !== undefined && !STATUSES.includes(statusFilter))
        throw invalid(
          `Value '${statusFilter}' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [${STATUSES.join(", ")}]`,
        );
      const all = executions.listed(machine.arn, statusFilter).reverse();
      const { items, ...more } = paged(all, input);
      const listed = items.map((x) =>
        present({
          executionArn: x.arn,
          stateMachineArn: x.machineArn,
          name: x.name,
          status: x.status,
          startDate: inSeconds(x.startDate),
          stopDate: inSeconds(x.stopDate),
          redriveCount: x.redriveCount,
          redriveDate: inSeconds(x.redriveDate),
        }),
      );
      return { executions: listed, ...more };
    },

    GetExecutionHistory: (input: Input) => {
      const x = findWhole(required(input, "executionArn"));
      const oldest = history.of(x);
      const all = input.reverseOrder ? oldest.toReversed() : [...oldest];
      const { items, ...more } = paged(all, input);
      const events = input.includeExecutionData === false ? items.map(withoutData) : items;
      return { events, ...more };
    },

    StopExecution: (input: Input) => {
      const x = find(required(input, "executionArn"));
      checkFailure(input);
      const { error, cause } = input;
      if (x.status === "RUNNING") interpreter.abort(x, { error, cause });
      return { stopDate: inSeconds(x.stopDate) };
    },

    RedriveExecution: (input: Input) => {
      atMost(input, "clientToken", 64);
      const ended = find(required(input, "executionArn"));
      const x = copyOf(ended); // snapshots share what has ended
      if (x.redriveToken && x.redriveToken === input.clientToken)
        return { redriveDate: inSeconds(x.redriveDate) };
      const now = clock.now();
      const events = history.count(x);
      const reason = executions.isWhole(x.arn)
        ? notRedrivable(x, events, now, machines.get(x.machineArn))
        : NOT_KEPT;
      if (reason)
        throw new AwsError(
          "ExecutionNotRedrivable",
          `The execution ${x.arn} cannot be redriven: ${reason}`,
        );
      for (const field of ["stopDate", "error", "cause", "redriveToken"] as const) delete x[field];
      Object.assign(x, { status: "RUNNING", redriveCount: x.redriveCount + 1, redriveDate: now });
      if (input.clientToken) x.redriveToken = input.clientToken;
      const details = { executionRedrivenEventDetails: { redriveCount: x.redriveCount } };
      executions.redriven(x);
      interpreter.redrive(x, history.add(x, "ExecutionRedriven", details, events));
      announce(x);
      return { redriveDate: now / 1000 };
    },

    SendTaskSuccess: (input: Input) => {
      const output = required(input, "output");
      const token = required(input, "taskToken");
      let result: unknown;
      try {
        result = JSON.parse(output);
      } catch (error) {
        throw new AwsError("InvalidOutput", `Invalid Output: '${(error as Error).message}'`);
      }
      if (nestsTooDeep(output))
        throw new AwsError("InvalidOutput", `Invalid Output: '${NESTS_TOO_DEEP}'`);
      if (tooLarge(output))
        throw invalid(
          "Value at 'output' failed to satisfy constraint: Member must have length less than or equal to 262144",
        );
      const { execution, thread } = taskOf(token);
      interpreter.answer(execution, thread, { result: result as never });
      return {};
    },

    SendTaskFailure: (input: Input) => {
      checkFailure(input);
      const { execution, thread } = taskOf(required(input, "taskToken"));
      const { error, cause } = input;
      interpreter.answer(execution, thread, { failure: { error, cause } });
      return {};
    },

    SendTaskHeartbeat: (input: Input) => {
      const { execution, thread } = taskOf(required(input, "taskToken"));
      interpreter.beat(execution, thread);
      return {};
    },
  };
};

const DATA = ["input", "output", "parameters"];

const withoutData = (event: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      key.endsWith("Details") && typeof value === "object"
        ? Object.fromEntries(
            Object.entries(value as object).filter(([name]) => !DATA.includes(name)),
          )
        : value,
    ]),
  );
