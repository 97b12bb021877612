import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { Lab } from "./lab.ts";
import { createQueue } from "./sqs.ts";

export const guide = "https://docs.aws.amazon.com/step-functions/latest/dg";
export const api = "https://docs.aws.amazon.com/step-functions/latest/apireference";

export type State = Record<string, unknown> & { Type: string };

export const create = async (lab: Lab, definition: object, more: object = {}) => {
  const machine = new CreateStateMachineCommand({
    name: lab.unique("machine"),
    roleArn: lab.role,
    definition: JSON.stringify({ QueryLanguage: "JSONata", ...definition }),
    ...more,
  });
  const { stateMachineArn } = await lab.sfn.send(machine);
  lab.later(() => lab.sfn.send(new DeleteStateMachineCommand({ stateMachineArn })));
  return stateMachineArn as string;
};

/** A machine of states; the first is where it starts. */
export const machineOf = (lab: Lab, States: Record<string, State>, more: object = {}) =>
  create(lab, { StartAt: Object.keys(States)[0], States, ...more });

export const start = async (
  lab: Lab,
  stateMachineArn: string,
  input: unknown = {},
  name?: string,
) => {
  const begin = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name });
  return (await lab.sfn.send(begin)).executionArn as string;
};

export const ended = (lab: Lab, executionArn: string) =>
  lab.eventually(async () => {
    const execution = await lab.sfn.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status !== "RUNNING" && execution;
  });

/** Runs states to their end. */
export const run = async (
  lab: Lab,
  States: Record<string, State>,
  input: unknown = {},
  more?: object,
) => {
  const executionArn = await start(lab, await machineOf(lab, States, more), input);
  const { status, output, error, cause } = await ended(lab, executionArn);
  return { executionArn, status, error, cause, output: output && JSON.parse(output) };
};

export const history = async (lab: Lab, executionArn: string) => {
  const { events = [] } = await lab.sfn.send(
    new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
  );
  return events;
};

export const pass = (Output: unknown, more: object = { End: true }): State => ({
  Type: "Pass",
  Output,
  ...more,
});
export const wait: State = { Type: "Wait", Seconds: 60, End: true };

/** A state that sends its task token to a queue, and waits for the answer. */
export const asking = async (lab: Lab, more: object = {}) => {
  const queue = await createQueue(lab);
  const state: State = {
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Arguments: {
      QueueUrl: queue.QueueUrl,
      MessageBody: { token: "{% $states.context.Task.Token %}" },
    },
    End: true,
    ...more,
  };
  const token = async (): Promise<string> => {
    const [message] = await queue.receive({ WaitTimeSeconds: 10 });
    return JSON.parse(message?.Body ?? "{}").token;
  };
  return { state, token };
};
