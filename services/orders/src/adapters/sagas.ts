import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type ExecutionStatus,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { currentTrace } from "@petstore/core/context";

const client = new SFNClient();

/** Starts a saga under a name that is the same for every duplicate of its cause; one that was started before is fine. */
export const startSaga = async (machine: string, name: string, input: object): Promise<void> => {
  try {
    await client.send(
      new StartExecutionCommand({
        stateMachineArn: machine,
        name,
        input: JSON.stringify({ ...input, trace: currentTrace() }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
};

/** The ARN of a machine's execution of this name. */
export const executionOf = (machine: string, name: string) =>
  `${machine.replace(":stateMachine:", ":execution:")}:${name}`;

/** How an execution stands: its status, error and input; undefined where it never started. */
export const findExecution = async (executionArn: string) => {
  try {
    return await client.send(new DescribeExecutionCommand({ executionArn }));
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
};

const DAY_MS = 24 * 3600_000;
const EARLY: ExecutionStatus[] = ["FAILED", "TIMED_OUT", "ABORTED"];

/** The ARNs of executions that ended early before then and within a day of it, newest first, at most a hundred of each status. */
export const failedExecutions = async (machine: string, then: Date) => {
  const found: string[] = [];
  for (const statusFilter of EARLY) {
    const { executions = [] } = await client.send(
      new ListExecutionsCommand({ stateMachineArn: machine, statusFilter, maxResults: 100 }),
    );
    for (const { executionArn, stopDate } of executions) {
      const age = then.getTime() - (stopDate?.getTime() ?? 0);
      if (executionArn && age >= 0 && age <= DAY_MS) found.push(executionArn);
    }
  }
  return found;
};

const RUNS = 3;

/** The name of the run after this one (`ord_…`, `ord_…_2`, `ord_…_3`), or undefined after the last. */
export const nextRun = (name: string): string | undefined => {
  const [orderId, run = "1"] = name.split(/_(?=\d+$)/);
  return Number(run) < RUNS ? `${orderId}_${Number(run) + 1}` : undefined;
};
