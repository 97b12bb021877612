import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type ListExecutionsCommandInput,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { claimsOf, refused } from "./claim.ts";
import type { Lab } from "./lab.ts";
import { createQueue } from "./sqs.ts";

const guide = "https://docs.aws.amazon.com/step-functions/latest/dg";
const api = "https://docs.aws.amazon.com/step-functions/latest/apireference";

type State = Record<string, unknown> & { Type: string };

const create = async (lab: Lab, definition: object, more: object = {}) => {
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
const machineOf = (lab: Lab, States: Record<string, State>, more: object = {}) =>
  create(lab, { StartAt: Object.keys(States)[0], States, ...more });

const start = async (lab: Lab, stateMachineArn: string, input: unknown = {}, name?: string) => {
  const begin = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name });
  return (await lab.sfn.send(begin)).executionArn as string;
};

const ended = (lab: Lab, executionArn: string) =>
  lab.eventually(async () => {
    const execution = await lab.sfn.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status !== "RUNNING" && execution;
  });

/** Runs states to their end. */
const run = async (lab: Lab, States: Record<string, State>, input: unknown = {}, more?: object) => {
  const executionArn = await start(lab, await machineOf(lab, States, more), input);
  const { status, output, error, cause } = await ended(lab, executionArn);
  return { executionArn, status, error, cause, output: output && JSON.parse(output) };
};

const history = async (lab: Lab, executionArn: string) => {
  const { events = [] } = await lab.sfn.send(
    new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
  );
  return events;
};

const pass = (Output: unknown, more: object = { End: true }): State => ({
  Type: "Pass",
  Output,
  ...more,
});
const wait: State = { Type: "Wait", Seconds: 60, End: true };

/** A state that sends its task token to a queue, and waits for the answer. */
const asking = async (lab: Lab, more: object = {}) => {
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

/** What Step Functions documents, of Standard workflows in JSONata. */
export const stepFunctionsClaims = claimsOf(
  "stepfunctions",
  [
    {
      name: "start-again",
      claim:
        "Starting an open execution again, with its name and input, answers the same execution",
      doc: `${api}/API_StartExecution.html`,
      async run(lab: Lab) {
        const machine = await machineOf(lab, { Wait: wait });
        const first = await start(lab, machine, { a: 1 }, "one");
        equal(await start(lab, machine, { a: 1 }, "one"), first);
        await refused(start(lab, machine, { a: 2 }, "one"), "ExecutionAlreadyExists");
        await lab.sfn.send(new StopExecutionCommand({ executionArn: first }));
      },
    },
    {
      name: "start-closed",
      claim: "The name of an execution that has ended is taken, whatever the input",
      doc: `${api}/API_StartExecution.html`,
      async run(lab: Lab) {
        const machine = await machineOf(lab, { Done: { Type: "Succeed" } });
        await ended(lab, await start(lab, machine, {}, "one"));
        await refused(start(lab, machine, {}, "one"), "ExecutionAlreadyExists");
      },
    },
    {
      name: "create-again",
      claim: "CreateStateMachine is idempotent; another definition under the name is refused",
      doc: `${api}/API_CreateStateMachine.html`,
      async run(lab: Lab) {
        const name = lab.unique("machine");
        const definition = (State: State) => ({ StartAt: "S", States: { S: State } });
        const arn = await create(lab, definition({ Type: "Succeed" }), { name });
        equal(await create(lab, definition({ Type: "Succeed" }), { name }), arn);
        await refused(create(lab, definition(wait), { name }), "StateMachineAlreadyExists");
      },
    },
    {
      name: "bad-definition",
      claim: "A definition that leads to no state is refused",
      doc: `${api}/API_CreateStateMachine.html`,
      async run(lab: Lab) {
        const machine = create(lab, { StartAt: "A", States: { A: { Type: "Pass", Next: "B" } } });
        await refused(machine, "InvalidDefinition");
      },
    },
    {
      name: "names",
      claim: "A name has no spaces, brackets or wildcards",
      doc: `${api}/API_StartExecution.html`,
      async run(lab: Lab) {
        const machine = await machineOf(lab, { Done: { Type: "Succeed" } });
        await refused(start(lab, machine, {}, "no spaces"), "InvalidName");
      },
    },
    {
      name: "bad-input",
      claim: "Input that is not JSON is refused",
      doc: `${api}/API_StartExecution.html`,
      async run(lab: Lab) {
        const stateMachineArn = await machineOf(lab, { Done: { Type: "Succeed" } });
        const begin = new StartExecutionCommand({ stateMachineArn, input: "{" });
        await refused(lab.sfn.send(begin), "InvalidExecutionInput");
      },
    },
    {
      name: "jsonata",
      claim: "Output is computed in JSONata from $states.input and $states.context",
      doc: `${guide}/transforming-data.html`,
      async run(lab: Lab) {
        const Output = {
          sum: "{% $sum($states.input.prices) %}",
          id: "{% $states.context.Execution.Id %}",
        };
        const { output, executionArn } = await run(lab, { Sum: pass(Output) }, { prices: [1, 2] });
        deepEqual(output, { sum: 3, id: executionArn });
      },
    },
    {
      name: "functions",
      claim: "JSONata has $partition, $range, $hash, $random, $uuid and $parse here",
      doc: `${guide}/transforming-data.html`,
      async run(lab: Lab) {
        const { output } = await run(lab, {
          Try: pass({
            partition: "{% $partition([1,2,3], 2) %}",
            range: "{% $range(1, 7, 3) %}",
            hash: "{% $hash('a', 'SHA-256') %}",
            random: "{% $random() < 1 %}",
            uuid: "{% $length($uuid()) %}",
            parse: "{% $parse('{\"a\":1}').a %}",
          }),
        });
        deepEqual(output, {
          partition: [[1, 2], [3]],
          range: [1, 4, 7],
          hash: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
          random: true,
          uuid: 36,
          parse: 1,
        });
      },
    },
    {
      name: "variables",
      claim: "Assign sets variables for later states, and sees those from before it",
      doc: `${guide}/workflow-variables.html`,
      async run(lab: Lab) {
        const { output } = await run(lab, {
          One: { Type: "Pass", Assign: { n: 1 }, Next: "Swap" },
          Swap: { Type: "Pass", Assign: { m: "{% $n %}", n: 2 }, Next: "Show" },
          Show: pass({ m: "{% $m %}", n: "{% $n %}" }),
        });
        deepEqual(output, { m: 1, n: 2 });
      },
    },
    {
      name: "choice",
      claim: "Choice takes the first rule whose condition is true, else the default",
      doc: `${guide}/state-choice.html`,
      async run(lab: Lab) {
        const states = {
          Which: {
            Type: "Choice",
            Choices: [
              { Condition: "{% $states.input.n > 10 %}", Next: "Many" },
              { Condition: "{% $states.input.n > 5 %}", Next: "Some" },
            ],
            Default: "Few",
          },
          Many: pass("many"),
          Some: pass("some"),
          Few: pass("few"),
        };
        const outputs = [];
        for (const n of [11, 6, 1]) outputs.push((await run(lab, states, { n })).output);
        deepEqual(outputs, ["many", "some", "few"]);
      },
    },
    {
      name: "no-choice",
      claim: "Without a match and a default, Choice fails with States.NoChoiceMatched",
      doc: `${guide}/concepts-error-handling.html`,
      async run(lab: Lab) {
        const { status, error } = await run(lab, {
          Which: { Type: "Choice", Choices: [{ Condition: "{% false %}", Next: "Never" }] },
          Never: { Type: "Succeed" },
        });
        deepEqual([status, error], ["FAILED", "States.NoChoiceMatched"]);
      },
    },
    {
      name: "fail",
      claim: "Fail ends an execution with its error and cause",
      doc: `${guide}/state-fail.html`,
      async run(lab: Lab) {
        const { status, error, cause } = await run(
          lab,
          { No: { Type: "Fail", Error: "Refused", Cause: "{% 'no ' & $states.input.what %}" } },
          { what: "parrot" },
        );
        deepEqual([status, error, cause], ["FAILED", "Refused", "no parrot"]);
      },
    },
    {
      name: "query-error",
      claim: "An expression that has no value fails with States.QueryEvaluationError",
      doc: `${guide}/concepts-error-handling.html`,
      async run(lab: Lab) {
        const { status, error } = await run(lab, { No: pass("{% $states.input.nothing %}") });
        deepEqual([status, error], ["FAILED", "States.QueryEvaluationError"]);
      },
    },
    {
      name: "parallel",
      claim: "Parallel answers its branches' outputs, in their order",
      doc: `${guide}/state-parallel.html`,
      async run(lab: Lab) {
        const branch = (name: string, State: State) => ({
          StartAt: name,
          States: { [name]: State },
        });
        const { output } = await run(lab, {
          Both: {
            Type: "Parallel",
            Branches: [
              branch("Slow", { ...wait, Seconds: 1, Output: "slow" }),
              branch("Quick", pass("quick")),
            ],
            End: true,
          },
        });
        deepEqual(output, ["slow", "quick"]);
      },
    },
    {
      name: "map",
      claim: "Map answers the items' outputs in their order, and knows each item's index",
      doc: `${guide}/state-map-inline.html`,
      async run(lab: Lab) {
        const { output } = await run(
          lab,
          {
            Each: {
              Type: "Map",
              Items: "{% $states.input.items %}",
              ItemSelector: {
                at: "{% $states.context.Map.Item.Index %}",
                item: "{% $states.context.Map.Item.Value %}",
              },
              ItemProcessor: {
                StartAt: "One",
                States: { One: pass("{% $string($states.input.at) & $states.input.item %}") },
              },
              End: true,
            },
          },
          { items: ["a", "b"] },
        );
        deepEqual(output, ["0a", "1b"]);
      },
    },
    {
      name: "catch",
      claim: "Catch goes on with the error in $states.errorOutput",
      doc: `${guide}/concepts-error-handling.html`,
      async run(lab: Lab) {
        const { output } = await run(lab, {
          Try: {
            Type: "Parallel",
            Branches: [{ StartAt: "No", States: { No: { Type: "Fail", Error: "Refused" } } }],
            Catch: [
              {
                ErrorEquals: ["Refused"],
                Output: "{% $states.errorOutput.Error %}",
                Next: "Caught",
              },
            ],
            End: true,
          },
          Caught: { Type: "Succeed" },
        });
        equal(output, "Refused");
      },
    },
    {
      name: "data-limit",
      claim: "States.ALL does not catch States.DataLimitExceeded: over 256 KiB the execution fails",
      doc: `${guide}/concepts-error-handling.html`,
      async run(lab: Lab) {
        const { status, error } = await run(lab, {
          Try: {
            Type: "Parallel",
            Branches: [{ StartAt: "Big", States: { Big: pass("{% $pad('', 300000, 'x') %}") } }],
            Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
            End: true,
          },
          Caught: { Type: "Succeed" },
        });
        deepEqual([status, error], ["FAILED", "States.DataLimitExceeded"]);
      },
    },
    {
      name: "timeout",
      claim: "TimeoutSeconds of a machine ends its execution as TIMED_OUT",
      doc: `${guide}/statemachine-structure.html`,
      async run(lab: Lab) {
        equal((await run(lab, { Wait: wait }, {}, { TimeoutSeconds: 1 })).status, "TIMED_OUT");
      },
    },
    {
      name: "stop",
      claim: "StopExecution ends an execution as ABORTED, with error and cause",
      doc: `${api}/API_StopExecution.html`,
      async run(lab: Lab) {
        const executionArn = await start(lab, await machineOf(lab, { Wait: wait }));
        await lab.sfn.send(
          new StopExecutionCommand({ executionArn, error: "Stopped", cause: "enough" }),
        );
        const { status, error, cause } = await ended(lab, executionArn);
        deepEqual([status, error, cause], ["ABORTED", "Stopped", "enough"]);
      },
    },
    {
      name: "redrive",
      claim: "RedriveExecution goes on at the state that failed; what succeeded does not run again",
      doc: `${guide}/redrive-executions.html`,
      async run(lab: Lab) {
        const { state, token } = await asking(lab);
        const machine = await machineOf(lab, { First: pass("kept", { Next: "Ask" }), Ask: state });
        const executionArn = await start(lab, machine);
        const taskToken = await token();
        await lab.sfn.send(new SendTaskFailureCommand({ taskToken, error: "No" }));
        equal((await ended(lab, executionArn)).status, "FAILED");
        await lab.sfn.send(new RedriveExecutionCommand({ executionArn }));
        await lab.sfn.send(
          new SendTaskSuccessCommand({ taskToken: await token(), output: '"yes"' }),
        );
        const { status, redriveCount } = await ended(lab, executionArn);
        deepEqual([status, redriveCount], ["SUCCEEDED", 1]);
        const entered = (await history(lab, executionArn)).filter(
          ({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === "First",
        );
        equal(entered.length, 1);
      },
    },
    {
      name: "redrive-succeeded",
      claim: "An execution that succeeded cannot be redriven",
      doc: `${api}/API_RedriveExecution.html`,
      async run(lab: Lab) {
        const { executionArn } = await run(lab, { Done: { Type: "Succeed" } });
        const redrive = new RedriveExecutionCommand({ executionArn });
        await refused(lab.sfn.send(redrive), "ExecutionNotRedrivable");
      },
    },
    {
      name: "task-token",
      claim: "A task with a token waits until somebody answers, and takes the answer as its result",
      doc: `${guide}/connect-to-resource.html`,
      async run(lab: Lab) {
        const { state, token } = await asking(lab);
        const executionArn = await start(lab, await machineOf(lab, { Ask: state }));
        const taskToken = await token();
        await lab.sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
        await lab.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"yes":true}' }));
        deepEqual(JSON.parse((await ended(lab, executionArn)).output ?? ""), { yes: true });
        const late = new SendTaskSuccessCommand({ taskToken, output: "{}" });
        await refused(lab.sfn.send(late), "TaskTimedOut");
      },
    },
    {
      name: "bad-token",
      claim: "A token that nobody gave is refused",
      doc: `${api}/API_SendTaskSuccess.html`,
      async run(lab: Lab) {
        const send = new SendTaskSuccessCommand({ taskToken: "nonsense", output: "{}" });
        await refused(lab.sfn.send(send), "InvalidToken");
      },
    },
    {
      name: "retry",
      claim: "Retry runs a task again, as often as MaxAttempts says, and then Catch takes over",
      doc: `${guide}/concepts-error-handling.html`,
      async run(lab: Lab) {
        const { state, token } = await asking(lab, {
          Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 1, MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ["Busy"], Next: "Caught" }],
        });
        const machine = await machineOf(lab, { Ask: state, Caught: pass("gave up") });
        const executionArn = await start(lab, machine);
        for (const _ of [1, 2]) {
          const fail = new SendTaskFailureCommand({ taskToken: await token(), error: "Busy" });
          await lab.sfn.send(fail);
        }
        equal((await ended(lab, executionArn)).output, '"gave up"');
      },
    },
    {
      name: "task-timeout",
      claim: "TimeoutSeconds of a task fails it with States.Timeout, which can be caught",
      doc: `${guide}/concepts-error-handling.html`,
      async run(lab: Lab) {
        const { state } = await asking(lab, {
          TimeoutSeconds: 1,
          Catch: [
            {
              ErrorEquals: ["States.Timeout"],
              Output: "{% $states.errorOutput.Error %}",
              Next: "Caught",
            },
          ],
        });
        const { output } = await run(lab, { Ask: state, Caught: { Type: "Succeed" } });
        equal(output, "States.Timeout");
      },
    },
    {
      name: "heartbeat",
      claim: "A task that gives no sign of life in time can be caught as States.HeartbeatTimeout",
      doc: `${guide}/concepts-error-handling.html`,
      async run(lab: Lab) {
        const { state } = await asking(lab, {
          TimeoutSeconds: 60,
          HeartbeatSeconds: 1,
          Catch: [{ ErrorEquals: ["States.HeartbeatTimeout"], Next: "Caught" }],
        });
        const { output } = await run(lab, { Ask: state, Caught: pass("silent") });
        equal(output, "silent");
      },
    },
    {
      name: "list-executions",
      claim: "Executions are listed from the newest on, in pages, and by status",
      doc: `${api}/API_ListExecutions.html`,
      async run(lab: Lab) {
        const stateMachineArn = await machineOf(lab, { Done: { Type: "Succeed" } });
        for (const name of ["first", "second", "third"])
          await ended(lab, await start(lab, stateMachineArn, {}, name));
        const list = (more: Partial<ListExecutionsCommandInput>) =>
          lab.sfn.send(new ListExecutionsCommand({ stateMachineArn, ...more }));
        // Listing is eventually consistent on AWS.
        await lab.eventually(async () => (await list({})).executions?.length === 3, 60);
        const { executions = [], nextToken } = await list({ maxResults: 2 });
        const { executions: rest = [] } = await list({ maxResults: 2, nextToken });
        deepEqual(
          [...executions, ...rest].map(({ name }) => name),
          ["third", "second", "first"],
        );
        deepEqual((await list({ statusFilter: "FAILED" })).executions, []);
      },
    },
    {
      name: "no-execution",
      claim: "An execution that does not exist is named as such",
      doc: `${api}/API_DescribeExecution.html`,
      async run(lab: Lab) {
        const machine = await machineOf(lab, { Done: { Type: "Succeed" } });
        const executionArn = `${machine.replace(":stateMachine:", ":execution:")}:none`;
        await refused(
          lab.sfn.send(new DescribeExecutionCommand({ executionArn })),
          "ExecutionDoesNotExist",
        );
      },
    },
    {
      name: "history",
      claim: "The history names each event's predecessor, and can be read from the end",
      doc: `${api}/API_GetExecutionHistory.html`,
      async run(lab: Lab) {
        const { executionArn } = await run(lab, { Hello: pass("x") });
        const events = await history(lab, executionArn);
        deepEqual(
          events.map(({ type, previousEventId }) => [type, previousEventId]),
          [
            ["ExecutionStarted", 0],
            ["PassStateEntered", 0],
            ["PassStateExited", 2],
            ["ExecutionSucceeded", 3],
          ],
        );
        const { events: [last] = [] } = await lab.sfn.send(
          new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
        );
        equal(last?.type, "ExecutionSucceeded");
      },
    },
    {
      name: "nested",
      claim: "A machine waits for another with startExecution.sync:2, and has its output as JSON",
      doc: `${guide}/connect-stepfunctions.html`,
      async run(lab: Lab) {
        const StateMachineArn = await machineOf(lab, { Answer: pass({ answer: 42 }) });
        const { output } = await run(lab, {
          Ask: {
            Type: "Task",
            Resource: "arn:aws:states:::states:startExecution.sync:2",
            Arguments: { StateMachineArn },
            Output: "{% $states.result.Output.answer %}",
            End: true,
          },
        });
        equal(output, 42);
      },
    },
    {
      name: "service-error",
      claim: "The error of a called service has the service's name before it",
      doc: `${guide}/concepts-error-handling.html`,
      async run(lab: Lab) {
        const { error = "", status } = await run(lab, {
          Send: {
            Type: "Task",
            Resource: "arn:aws:states:::sqs:sendMessage",
            Arguments: {
              QueueUrl: `${(await createQueue(lab)).QueueUrl}-none`,
              MessageBody: "x",
            },
            End: true,
          },
        });
        equal(status, "FAILED");
        match(error, /^Sqs\.\w+/i);
      },
    },
    {
      name: "jsonpath",
      claim: "A definition that names no query language is in JSONPath",
      doc: `${guide}/transforming-data.html`,
      locally: "JSONPath is refused by name when the machine is created.",
      async run(lab: Lab) {
        const arn = await create(lab, {
          QueryLanguage: undefined,
          StartAt: "A",
          States: { A: { Type: "Pass", InputPath: "$.a", End: true } },
        });
        ok(arn);
      },
    },
    {
      name: "express",
      claim: "An Express workflow can be created",
      doc: `${guide}/choosing-workflow-type.html`,
      locally: "Express workflows are refused by name.",
      async run(lab: Lab) {
        const States = { Done: { Type: "Succeed" } };
        ok(await create(lab, { StartAt: "Done", States }, { type: "EXPRESS" }));
      },
    },
  ].map((claim) => ({ ...claim, needsRole: true as const })),
);
