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
const LONGEST_MS = 7 * DAY_MS; // a state machine gives up then
const EARLY: ExecutionStatus[] = ["FAILED", "TIMED_OUT", "ABORTED"];

/** The ARNs of executions that ended early before then and within a day of it, page by page. */
export async function* failedExecutions(stateMachineArn: string, then: Date) {
  const age = (date?: Date) => then.getTime() - (date?.getTime() ?? 0);
  for (const statusFilter of EARLY) {
    let nextToken: string | undefined;
    do {
      const page: ListExecutionsCommandOutput = await client.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter, maxResults: 100, nextToken }),
      );
      const all = page.executions ?? [];
      yield all
        .filter(({ stopDate }) => age(stopDate) >= 0 && age(stopDate) <= DAY_MS)
        .map(({ executionArn }) => executionArn as string);
      // The newest begun come first: those after this page are too old.
      const over = age(all.at(-1)?.startDate) > LONGEST_MS + DAY_MS;
      nextToken = over ? undefined : page.nextToken;
    } while (nextToken);
  }
}

const RUNS = 3;

const partsOf = (name: string) => {
  const [first = name, run = "1"] = name.split(/_(?=\d+$)/);
  return { first, run: Number(run) };
};

/** Of which first run a run is the first, second or third: `ord_…`, or `ord_…-1` where a person has resumed the order. */
export const firstOf = (name: string): string => partsOf(name).first;

/** The name of the run after this one (`ord_…`, `ord_…_2`, `ord_…_3`), or undefined after the last. */
export const nextRun = (name: string): string | undefined => {
  const { first, run } = partsOf(name);
  return run < RUNS ? `${first}_${run + 1}` : undefined;
};
