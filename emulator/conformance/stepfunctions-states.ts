import { deepEqual, equal, match } from "node:assert/strict";
import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from "@aws-sdk/client-sfn";
import { refused } from "./claim.ts";
import type { Lab } from "./lab.ts";
import { createQueue } from "./sqs.ts";

import {
  api,
  asking,
  ended,
  guide,
  history,
  machineOf,
  pass,
  run,
  type State,
  start,
  wait,
} from "./stepfunctions-lab.ts";

/** What Step Functions documents of states and their failures. */
export const stateClaims = [
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
    name: "map-no-list",
    claim:
      "Map over anything but a list fails with States.QueryEvaluationError, over an object too",
    doc: `${guide}/concepts-error-handling.html`,
    async run(lab: Lab) {
      const ItemProcessor = { StartAt: "One", States: { One: pass("x") } };
      const states = {
        Each: { Type: "Map", Items: "{% $states.input %}", ItemProcessor, End: true },
      };
      for (const input of [{ a: 1 }, 1, "a", null]) {
        const { error, executionArn } = await run(lab, states, input);
        equal(error, "States.QueryEvaluationError");
        const types = (await history(lab, executionArn)).map(({ type }) => type);
        deepEqual(types.slice(-3), ["EvaluationFailed", "MapStateFailed", "ExecutionFailed"]);
      }
    },
  },
  {
    name: "branch-fails",
    claim:
      "The task that a Parallel fails with is told to be aborted, like those of other branches",
    doc: `${api}/API_HistoryEvent.html`,
    async run(lab: Lab) {
      const { state, token } = await asking(lab);
      const Branches = [{ StartAt: "Ask", States: { Ask: state } }];
      const machine = await machineOf(lab, { Both: { Type: "Parallel", Branches, End: true } });
      const executionArn = await start(lab, machine);
      await lab.sfn.send(new SendTaskFailureCommand({ taskToken: await token(), error: "No" }));
      await ended(lab, executionArn);
      const types = (await history(lab, executionArn)).map(({ type }) => type);
      deepEqual(types.slice(-4), [
        "TaskFailed",
        "TaskStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
      ]);
    },
  },
];
