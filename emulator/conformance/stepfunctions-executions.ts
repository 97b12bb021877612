import { deepEqual, equal, ok } from "node:assert/strict";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type ListExecutionsCommandInput,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { refused } from "./claim.ts";
import type { Lab } from "./lab.ts";

import {
  api,
  asking,
  create,
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

/** What Step Functions documents of machines and executions. */
export const executionClaims = [
  {
    name: "start-again",
    claim: "Starting an open execution again, with its name and input, answers the same execution",
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
      await lab.sfn.send(new SendTaskSuccessCommand({ taskToken: await token(), output: '"yes"' }));
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
    name: "express",
    claim: "An Express workflow can be created",
    doc: `${guide}/choosing-workflow-type.html`,
    locally: "Express workflows are refused by name.",
    async run(lab: Lab) {
      const States = { Done: { Type: "Succeed" } };
      ok(await create(lab, { StartAt: "Done", States }, { type: "EXPRESS" }));
    },
  },
];
