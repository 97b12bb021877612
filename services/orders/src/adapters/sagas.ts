import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type ExecutionStatus,
  ListExecutionsCommand,
  type ListExecutionsCommandOutput,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { awsClient } from "@petstore/core/aws-client";
import { currentTrace } from "@petstore/core/context";
import { nextRun } from "../domain/run-names.ts";

const client = awsClient(SFNClient);

/** Starts a saga under a name that is the same for every duplicate of its cause. Answers false where that was done before, which is fine. */
export const startSaga = async (machine: string, name: string, input: object): Promise<boolean> => {
  try {
    await client.send(
      new StartExecutionCommand({
        stateMachineArn: machine,
        name,
        input: JSON.stringify({ ...input, trace: currentTrace() }),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return false;
    throw error;
  }
};

/** The ARN of a machine's execution of this name. */
const executionOf = (machine: string, name: string) =>
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
/** An execution may run for seven days, be redriven within the next fourteen, and then run for seven more. */
const LONGEST_MS = (7 + 14 + 7) * DAY_MS;
const EARLY: ExecutionStatus[] = ["FAILED", "TIMED_OUT", "ABORTED"];

/** Whether an execution of this status came to no good end. */
export const endedEarly = (status?: ExecutionStatus) => !!status && EARLY.includes(status);

/** An execution that ended early, and when. */
export type EarlyEnd = { executionArn: string; stopDate: string };

/** The executions of a machine that ended early between these moments, first the one that ended first. */
export const earlyEnds = async (stateMachineArn: string, from: string, until: string) => {
  const found: EarlyEnd[] = [];
  for (const statusFilter of EARLY) {
    let nextToken: string | undefined;
    do {
      const page: ListExecutionsCommandOutput = await client.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter, maxResults: 1000, nextToken }),
      );
      const all = page.executions ?? [];
      for (const { executionArn = "", stopDate } of all)
        found.push({ executionArn, stopDate: stopDate?.toISOString() ?? until });
      // The list begins with those that started last: all on later pages started, and so ended, too long ago.
      const [oldest, past] = [all.at(-1)?.startDate?.getTime(), Date.parse(from) - LONGEST_MS];
      nextToken = oldest && oldest < past ? undefined : page.nextToken;
    } while (nextToken);
  }
  return found
    .filter(({ stopDate }) => stopDate > from && stopDate <= until)
    .sort((a, b) => (a.stopDate < b.stopDate ? -1 : 1));
};

/** The newest execution of a run: its first one, or one that was begun because that ended early. */
export const newestOf = async (machine: string, run: string) => {
  let newest: Awaited<ReturnType<typeof findExecution>>;
  for (let name: string | undefined = run; name; name = nextRun(name)) {
    const next = await findExecution(executionOf(machine, name));
    if (!next) break;
    newest = next;
    if (!endedEarly(next.status)) break;
  }
  return newest;
};
