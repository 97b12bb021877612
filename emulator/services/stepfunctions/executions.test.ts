import { describe, expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud } from "../../kernel/cloud.ts";
import { administrator } from "../../kernel/engine.ts";
import { eventBridgeEngine } from "../eventbridge/engine.ts";
import { statesEngine } from "./engine.ts";
import { json, type Loose, setUp, task } from "./testing/laboratory.ts";

const wait = { W: { Type: "Wait", Seconds: 60, End: true } };
const pass = { A: { Type: "Pass", End: true } };

describe("an execution", () => {
  it("sees itself in the context object", async () => {
    const { create, start, finished } = setUp();
    const Output = "{% $states.context %}";
    const machine = await create({ A: { Type: "Pass", Output, End: true } });
    expect((await finished(await start(machine, { a: 1 }, "x"))).output).toEqual({
      Execution: {
        Id: "arn:aws:states:us-east-1:123456789012:execution:machine:x",
        Input: { a: 1 },
        Name: "x",
        RoleArn: "arn:aws:iam::123456789012:role/machine",
        StartTime: "2026-01-01T00:00:00Z",
        RedriveCount: 0,
      },
      StateMachine: { Id: machine, Name: "machine" },
      State: { Name: "A", EnteredTime: "2026-01-01T00:00:00Z", RetryCount: 0 },
    });
  });

  it("times out as a whole", async () => {
    const { create, start, finished, history } = setUp();
    const arn = await start(await create(wait, { TimeoutSeconds: 10 }));
    const { status, startDate, stopDate } = await finished(arn);
    expect([status, stopDate - startDate]).toEqual(["TIMED_OUT", 10]);
    expect((await history(arn)).at(-1)).toMatchObject({
      type: "ExecutionTimedOut",
      previousEventId: 0,
      executionTimedOutEventDetails: { error: "States.Timeout" },
    });
    expect((await finished(arn)).error).toBeUndefined();
  });

  it("fails where a state puts out more than 256 KiB", async () => {
    const { create, start, finished, history } = setUp();
    const Output = "{% $pad('', 262143, 'x') %}";
    const arn = await start(await create({ A: { Type: "Pass", Output, End: true } }));
    const { error, cause } = await finished(arn);
    expect([error, cause]).toEqual([
      "States.DataLimitExceeded",
      "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
    ]);
    const ids = (await history(arn)).map(({ previousEventId, type }) => [previousEventId, type]);
    expect(ids.slice(1)).toEqual([
      [0, "PassStateEntered"],
      [2, "ExecutionFailed"],
    ]);
  });

  it("fails where its history is full", async () => {
    const { run, states } = setUp();
    const { error, cause, executionArn } = await run({
      A: { Type: "Pass", Next: "B" },
      B: { Type: "Choice", Choices: [{ Condition: false, Next: "C" }], Default: "A" },
      C: { Type: "Succeed" },
    });
    expect(error).toBe("States.Runtime");
    expect(cause).toBe("The execution reached the maximum number of history events (25000).");
    const last = await states("GetExecutionHistory", {
      executionArn,
      reverseOrder: true,
      maxResults: 1,
    });
    expect(last.events[0]).toMatchObject({
      id: 25_000,
      previousEventId: 24_999,
      type: "ExecutionFailed",
    });
  });

  it("has the history that AWS shows where an expression fails", async () => {
    const { create, start, finished, history } = setUp();
    const Output = { result: "{% $doesNotExist %}" };
    const arn = await start(await create({ State0: { Type: "Pass", Output, End: true } }));
    await finished(arn);
    const cause =
      "An error occurred while executing the state 'State0' (entered at the event id #2). The JSONata expression '$doesNotExist' specified for the field 'Output/result' returned nothing (undefined).";
    const error = "States.QueryEvaluationError";
    expect((await history(arn)).slice(2)).toMatchObject([
      {
        id: 3,
        previousEventId: 0,
        type: "EvaluationFailed",
        evaluationFailedEventDetails: { cause, error, location: "Output/result", state: "State0" },
      },
      {
        id: 4,
        previousEventId: 3,
        type: "ExecutionFailed",
        executionFailedEventDetails: { cause, error },
      },
    ]);
  });

  it("tells the default bus when it starts and when it ends", async () => {
    const { run, events, clock } = setUp();
    const Bad = { Type: "Fail", Error: "Bad", Cause: "so" };
    const { executionArn } = await run({ W: { Type: "Wait", Seconds: 1, Next: "F" }, F: Bad }, 1);
    await clock.advance(0);
    expect(events.map(({ Detail }) => JSON.parse(Detail))).toMatchObject([
      { status: "RUNNING", input: "1", output: null, error: null, stopDate: null },
      { status: "FAILED", input: "1", error: "Bad", cause: "so", redriveStatus: "REDRIVABLE" },
    ]);
    expect(events[0]).toMatchObject({
      Source: "aws.states",
      DetailType: "Step Functions Execution Status Change",
      Resources: [executionArn],
      EventBusName: "default",
    });
  });

  it("leaves what is too long for an event out of it", async () => {
    const { run, events, clock } = setUp();
    await run(pass, "x".repeat(200 * 1024));
    await clock.advance(0);
    const details = events.map(({ Detail }) => JSON.parse(Detail)); // in any order, as on AWS
    const [started, ended] = ["RUNNING", "SUCCEEDED"].map((status) =>
      details.find((detail) => detail.status === status),
    );
    expect(started.inputDetails).toEqual({ included: true });
    expect(ended).toMatchObject({ input: null, output: null });
    expect(ended.outputDetails).toEqual({ included: false });
  });

  it("is heard by a rule of the default bus", async () => {
    const clock = virtualClock();
    const cloud = createCloud(clock, [statesEngine, eventBridgeEngine]);
    const call = (service: string, operation: string, input: object) =>
      cloud.call({ caller: administrator, service, operation, input }) as Promise<Loose>;
    const heard: string[] = [];
    cloud.guard((asked, next) => {
      if (asked.operation !== "StartExecution" || asked.caller === administrator)
        return next(asked);
      heard.push(JSON.parse(asked.input.input).detail.status);
      return Promise.resolve({});
    });
    const roleArn = "arn:aws:iam::123456789012:role/r";
    const definition = json({ QueryLanguage: "JSONata", StartAt: "A", States: pass });
    const machine = await call("states", "CreateStateMachine", { name: "m", definition, roleArn });
    const EventPattern = json({ source: ["aws.states"], detail: { status: ["SUCCEEDED"] } });
    await call("events", "PutRule", { Name: "ends", EventPattern });
    const Targets = [{ Id: "t", Arn: machine.stateMachineArn, RoleArn: roleArn }];
    await call("events", "PutTargets", { Rule: "ends", Targets });
    await call("states", "StartExecution", machine);
    await clock.advance(60_000);
    expect(heard).toEqual(["SUCCEEDED"]);
  });

  it("does without a bus", async () => {
    const clock = virtualClock();
    const cloud = createCloud(clock, [statesEngine]);
    const states = (operation: string, input: object) =>
      cloud.call({ caller: administrator, service: "states", operation, input }) as Promise<Loose>;
    const definition = json({ QueryLanguage: "JSONata", StartAt: "A", States: pass });
    const role = { roleArn: "arn:aws:iam::123456789012:role/r" };
    const machine = await states("CreateStateMachine", { name: "m", definition, ...role });
    const { executionArn } = await states("StartExecution", machine);
    await clock.advance(0);
    expect(await states("DescribeExecution", { executionArn })).toMatchObject({
      status: "SUCCEEDED",
    });
  });

  it("tells observers of its start, its transitions and its end", async () => {
    const { run, facts } = setUp();
    await run({ A: { Type: "Pass", Next: "B" }, B: { Type: "Succeed" } });
    expect(facts.map(({ kind, state, status }) => [kind, state ?? status])).toEqual([
      ["states.started", "RUNNING"],
      ["states.transition", "A"],
      ["states.transition", "B"],
      ["states.ended", "SUCCEEDED"],
    ]);
  });

  it("leaves nothing planned when it has ended", async () => {
    const lab = setUp({ f: () => 1 });
    const rest = { TimeoutSeconds: 1000, End: true };
    await lab.run({ A: task("f", rest) }, {}, { TimeoutSeconds: 5000 });
    await lab.clock.advance(0);
    expect(lab.planned()).toBe(0);
  });

  it("runs among others in an order that the seed decides", async () => {
    const order = async (seed: number) => {
      const lab = setUp({}, seed);
      const machine = await lab.create({ A: { Type: "Pass", Next: "B" }, B: { Type: "Succeed" } });
      for (const name of ["x", "y", "z"]) await lab.start(machine, {}, name);
      await lab.clock.advance(0);
      return lab.facts.filter(({ kind }) => kind === "states.transition").map(({ name }) => name);
    };
    expect(await order(1)).toEqual(await order(1));
    const things = await Promise.all([1, 2, 3, 4, 5].map(order));
    expect(new Set(things.map(json)).size).toBeGreaterThan(1);
  });
});

describe("StopExecution", () => {
  it("ends the execution, cancels what it waits for, and may be asked again", async () => {
    const { states, create, start, look, history, clock } = setUp();
    const executionArn = await start(await create(wait));
    await clock.advance(1000);
    const stop = { executionArn, error: "Enough", cause: "tired" };
    const first = await states("StopExecution", stop);
    expect(await look(executionArn)).toMatchObject({
      status: "ABORTED",
      error: "Enough",
      cause: "tired",
    });
    await clock.advance(100_000);
    expect(await states("StopExecution", stop)).toEqual(first);
    const events = await history(executionArn);
    expect(events.map(({ type, previousEventId }) => [type, previousEventId])).toEqual([
      ["ExecutionStarted", 0],
      ["WaitStateEntered", 0],
      ["ExecutionAborted", 0],
    ]);
  });
});

describe("ListExecutions", () => {
  it("answers the newest first, by status, page by page", async () => {
    const { states, create, start, clock } = setUp();
    const stateMachineArn = await create(wait);
    for (const name of ["a", "b", "c"]) await start(stateMachineArn, {}, name);
    const executionArn = await start(stateMachineArn, {}, "stopped");
    await states("StopExecution", { executionArn });
    await clock.advance(1000);
    const list = (more: object) => states("ListExecutions", { stateMachineArn, ...more });
    const names = (answer: { executions: { name: string }[] }) =>
      answer.executions.map(({ name }) => name);
    expect(names(await list({}))).toEqual(["stopped", "c", "b", "a"]);
    expect(names(await list({ statusFilter: "ABORTED" }))).toEqual(["stopped"]);
    const page = await list({ maxResults: 3 });
    expect(names(page)).toEqual(["stopped", "c", "b"]);
    const { nextToken, ...rest } = await list({ maxResults: 3, nextToken: page.nextToken });
    expect([names(rest), nextToken]).toEqual([["a"], undefined]);
    await expect(list({ statusFilter: "open" })).rejects.toMatchObject({
      code: "ValidationException",
    });
    await expect(list({ maxResults: 1001 })).rejects.toMatchObject({ code: "ValidationException" });
  });
});

describe("GetExecutionHistory", () => {
  it("can be read backwards, and without the data", async () => {
    const { run, states } = setUp();
    const { executionArn } = await run(pass, { secret: 1 });
    const history = (more: object) => states("GetExecutionHistory", { executionArn, ...more });
    const { events } = await history({ reverseOrder: true, includeExecutionData: false });
    expect(events.map(({ id }: { id: number }) => id)).toEqual([4, 3, 2, 1]);
    expect(json(events)).not.toContain("secret");
    const page = await history({ maxResults: 3 });
    const rest = await history({ maxResults: 3, nextToken: page.nextToken });
    expect([page.events.length, rest.events.length, rest.nextToken]).toEqual([3, 1, undefined]);
  });
});
