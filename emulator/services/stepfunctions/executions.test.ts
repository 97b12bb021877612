import { describe, expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud } from "../../kernel/cloud.ts";
import { administrator } from "../../kernel/engine.ts";
import { eventBridgeEngine } from "../eventbridge/engine.ts";
import { statesEngine } from "./engine.ts";
import { json, type Loose, setUp, task, thrown } from "./testing/laboratory.ts";

const wait = { W: { Type: "Wait", Seconds: 60, End: true } };
const pass = { A: { Type: "Pass", End: true } };

describe("StartExecution", () => {
  it("answers the same for the same name and input while the execution is open", async () => {
    const { states, create, clock } = setUp();
    const stateMachineArn = await create(wait);
    const input = { stateMachineArn, name: "order-1", input: json({ a: 1 }) };
    const first = await states("StartExecution", input);
    await clock.advance(5000);
    expect(await states("StartExecution", input)).toEqual(first);
    expect((await states("ListExecutions", { stateMachineArn })).executions).toHaveLength(1);
  });

  it("refuses the name for another input", async () => {
    const { create, start } = setUp();
    const machine = await create(wait);
    await start(machine, 1, "order-1");
    await expect(start(machine, 2, "order-1")).rejects.toMatchObject({
      code: "ExecutionAlreadyExists",
      message:
        "Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:machine:order-1'",
    });
  });

  it("refuses the name, whatever the input, once the execution has ended", async () => {
    const { create, start, finished } = setUp();
    const machine = await create(pass);
    await finished(await start(machine, 1, "order-1"));
    const again = start(machine, 1, "order-1");
    await expect(again).rejects.toMatchObject({ code: "ExecutionAlreadyExists" });
  });

  it("refuses a bad name, a bad input and a machine that is not there", async () => {
    const { states, create } = setUp();
    const stateMachineArn = await create(pass);
    const start = (more: object) => states("StartExecution", { stateMachineArn, ...more });
    await expect(start({ name: "a/b" })).rejects.toMatchObject({ code: "InvalidName" });
    await expect(start({ name: "x".repeat(81) })).rejects.toMatchObject({ code: "InvalidName" });
    await expect(start({ input: "" })).rejects.toMatchObject({ code: "InvalidExecutionInput" });
    await expect(start({ input: "{" })).rejects.toMatchObject({ code: "InvalidExecutionInput" });
    const large = json("x".repeat(256 * 1024));
    await expect(start({ input: large })).rejects.toMatchObject({ code: "ValidationException" });
    const none = start({ stateMachineArn: `${stateMachineArn}x` });
    await expect(none).rejects.toMatchObject({ code: "StateMachineDoesNotExist" });
  });

  it("gives the execution its own name and the empty input by itself", async () => {
    const { states, create, look } = setUp();
    const stateMachineArn = await create(pass);
    const { executionArn } = await states("StartExecution", { stateMachineArn });
    const { name, input } = await look(executionArn);
    expect(name).toMatch(/^[\da-f-]{36}$/);
    expect(input).toBe("{}");
  });
});

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

describe("lists of what is never there", () => {
  it("are empty, for what is there itself", async () => {
    const { states, create, start } = setUp();
    const stateMachineArn = await create(wait);
    const executionArn = await start(stateMachineArn, 1);
    expect(await states("ListStateMachineVersions", { stateMachineArn })).toEqual({
      stateMachineVersions: [],
    });
    expect(await states("ListStateMachineAliases", { stateMachineArn })).toEqual({
      stateMachineAliases: [],
    });
    expect(await states("ListMapRuns", { executionArn })).toEqual({ mapRuns: [] });
    expect(await states("ListActivities", {})).toEqual({ activities: [] });
    for (const [operation, input, code] of [
      ["ListStateMachineVersions", {}, "ValidationException"],
      ["ListStateMachineVersions", { stateMachineArn: "machine" }, "InvalidArn"],
      [
        "ListStateMachineAliases",
        { stateMachineArn: `${stateMachineArn}x` },
        "StateMachineDoesNotExist",
      ],
      ["ListMapRuns", { executionArn: `${executionArn}x` }, "ExecutionDoesNotExist"],
      ["ListActivities", { maxResults: 1001 }, "ValidationException"],
      ["ListActivities", { nextToken: "nonsense" }, "InvalidToken"],
    ] as const)
      await expect(states(operation, input)).rejects.toMatchObject({ code });
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

describe("RedriveExecution", () => {
  const flaky = (works: () => boolean) => (payload: unknown) => {
    if (!works()) throw thrown("Down");
    return payload;
  };

  it("goes on from the state that failed, with its input and the variables", async () => {
    let up = false;
    const lab = setUp({ first: () => "first", second: flaky(() => up) });
    const Output = "{% $states.result.Payload %}";
    const arn = await lab.start(
      await lab.create({
        A: task("first", { Output, Assign: { x: 1 }, Next: "B" }),
        B: task("second", { Output: ["{% $states.result.Payload %}", "{% $x %}"], End: true }),
      }),
    );
    expect(await lab.finished(arn)).toMatchObject({
      status: "FAILED",
      error: "Down",
      redriveStatus: "REDRIVABLE",
      redriveCount: 0,
    });
    up = true;
    await lab.clock.advance(60_000);
    await lab.states("RedriveExecution", { executionArn: arn });
    const { status, output, error, redriveCount } = await lab.finished(arn);
    expect([status, output, error, redriveCount]).toEqual([
      "SUCCEEDED",
      ["first", 1],
      undefined,
      1,
    ]);
    expect(lab.calls.map(({ name }) => name)).toEqual(["first", "second", "second"]);
    expect((await lab.history(arn)).map(({ type }) => type).slice(-7)).toEqual([
      "ExecutionFailed",
      "ExecutionRedriven",
      "TaskScheduled",
      "TaskStarted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("has all its retries and its whole time before it again", async () => {
    const lab = setUp({ down: flaky(() => false) });
    const Retry = [{ ErrorEquals: ["Down"], IntervalSeconds: 1, MaxAttempts: 1 }];
    const top = { TimeoutSeconds: 100 };
    const arn = await lab.start(await lab.create({ A: task("down", { Retry, End: true }) }, top));
    await lab.finished(arn);
    await lab.clock.advance(200_000);
    await lab.states("RedriveExecution", { executionArn: arn });
    expect(await lab.finished(arn)).toMatchObject({ status: "FAILED", error: "Down" });
    expect(lab.calls).toHaveLength(4);
  });

  it.each<[string, object, number]>([
    ["leaves a Wait whose moment has passed", { Timestamp: "2026-01-01T00:01:00Z" }, 0],
    ["waits once more for a Wait's seconds", { Seconds: 60 }, 60],
  ])("%s", async (_, length, seconds) => {
    const { create, start, states, finished, clock } = setUp();
    const machine = await create({ W: { Type: "Wait", ...length, End: true } });
    const arn = await start(machine);
    await clock.advance(1000);
    await states("StopExecution", { executionArn: arn });
    await clock.advance(300_000);
    await states("RedriveExecution", { executionArn: arn });
    const { status, redriveDate, stopDate } = await finished(arn);
    expect([status, stopDate - redriveDate]).toEqual(["SUCCEEDED", seconds]);
  });

  it("enters a Fail again, and fails again", async () => {
    const { run, states, finished, history } = setUp();
    const { executionArn } = await run({ F: { Type: "Fail", Error: "Bad" } });
    await states("RedriveExecution", { executionArn });
    expect(await finished(executionArn)).toMatchObject({ error: "Bad", redriveCount: 1 });
    expect((await history(executionArn)).map(({ type }) => type).slice(-3)).toEqual([
      "ExecutionRedriven",
      "FailStateEntered",
      "ExecutionFailed",
    ]);
  });

  it("runs only those branches again that did not succeed", async () => {
    let up = false;
    const lab = setUp({ good: () => "good", bad: flaky(() => up) });
    const branch = (name: string, states: object) => ({ StartAt: name, States: states });
    const arn = await lab.start(
      await lab.create({
        P: {
          Type: "Parallel",
          Branches: [
            branch("A", { A: task("good") }),
            branch("B", { B: { Type: "Wait", Seconds: 1, Next: "C" }, C: task("bad") }),
          ],
          Output: "{% $states.result.Payload %}",
          End: true,
        },
      }),
    );
    expect((await lab.finished(arn)).status).toBe("FAILED");
    up = true;
    await lab.states("RedriveExecution", { executionArn: arn });
    expect((await lab.finished(arn)).output).toEqual(["good", {}]);
    expect(lab.calls.map(({ name }) => name)).toEqual(["good", "bad", "bad"]);
  });

  it("is refused while the execution runs, after it succeeded, and after two weeks", async () => {
    const { states, create, start, run, finished, clock } = setUp();
    const redrive = (executionArn: string) => states("RedriveExecution", { executionArn });
    const open = await start(await create(wait, {}, "other"));
    await expect(redrive(open)).rejects.toMatchObject({ code: "ExecutionNotRedrivable" });
    await finished(open);
    await expect(redrive(open)).rejects.toMatchObject({ code: "ExecutionNotRedrivable" });
    const failed = await run({ F: { Type: "Fail", Error: "Bad" } });
    await clock.advance(15 * 24 * 3600_000);
    await expect(redrive(failed.executionArn)).rejects.toMatchObject({
      code: "ExecutionNotRedrivable",
    });
  });
});
