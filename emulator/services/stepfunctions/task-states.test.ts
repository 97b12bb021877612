import { describe, expect, it } from "vitest";
import { json, type Loose, setUp, task } from "./testing/laboratory.ts";

const waiting = (rest: object = {}) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Arguments: { FunctionName: "ask", Payload: { token: "{% $states.context.Task.Token %}" } },
  End: true,
  ...rest,
});
const never = () => new Promise(() => {});

/** An execution that waits for the answer to its task token. */
const asked = async (rest: object = {}) => {
  const lab = setUp({ ask: () => "asked" });
  const arn = await lab.start(await lab.create({ Ask: waiting(rest) }));
  await lab.clock.runUntil(() => lab.calls.length === 1);
  await lab.clock.advance(0);
  const taskToken: string = lab.calls[0]?.payload.token;
  const types = async () => (await lab.history(arn)).map(({ type }) => type);
  return { ...lab, arn, taskToken, types };
};

describe("a task token", () => {
  it("is answered with the state's result", async () => {
    const { states, finished, arn, taskToken, types } = await asked();
    await states("SendTaskSuccess", { taskToken, output: json({ paid: true }) });
    const { status, output } = await finished(arn);
    expect([status, output]).toEqual(["SUCCEEDED", { paid: true }]);
    expect(await types()).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("is answered with a failure, by name", async () => {
    const { states, finished, arn, taskToken } = await asked();
    await states("SendTaskFailure", { taskToken, error: "Refused", cause: "no money" });
    const { status, error, cause } = await finished(arn);
    expect([status, error, cause]).toEqual(["FAILED", "Refused", "no money"]);
  });

  it("is good for one answer", async () => {
    const { states, taskToken } = await asked();
    await states("SendTaskSuccess", { taskToken, output: "1" });
    await expect(states("SendTaskSuccess", { taskToken, output: "2" })).rejects.toMatchObject({
      code: "TaskTimedOut",
    });
  });

  it("is answered too late when the task has timed out", async () => {
    const { states, clock, look, arn, taskToken, types } = await asked({ TimeoutSeconds: 30 });
    await clock.advance(29_999);
    expect((await look(arn)).status).toBe("RUNNING");
    await clock.advance(1);
    expect(await look(arn)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(await types()).toContain("TaskTimedOut");
    await expect(states("SendTaskSuccess", { taskToken, output: "1" })).rejects.toMatchObject({
      code: "TaskTimedOut",
      message: "Task Timed Out: 'Provided task does not exist anymore'",
    });
  });

  it("belongs to one attempt: a retry makes another, and the first is late", async () => {
    const Retry = [{ ErrorEquals: ["States.Timeout"] }];
    const lab = await asked({ TimeoutSeconds: 5, Retry });
    await lab.clock.advance(6_000);
    const [first, second] = lab.calls.map(({ payload }) => payload.token);
    expect(second).not.toBe(first);
    const late = lab.states("SendTaskSuccess", { taskToken: first, output: "1" });
    await expect(late).rejects.toMatchObject({ code: "TaskTimedOut" });
    await lab.states("SendTaskSuccess", { taskToken: second, output: "2" });
    expect((await lab.finished(lab.arn)).output).toBe(2);
  });

  it("lives as long as heartbeats come", async () => {
    const { states, clock, look, arn, taskToken } = await asked({ HeartbeatSeconds: 10 });
    for (let beats = 0; beats < 3; beats += 1) {
      await clock.advance(9_000);
      await states("SendTaskHeartbeat", { taskToken });
    }
    await clock.advance(9_999);
    expect((await look(arn)).status).toBe("RUNNING");
    await clock.advance(1);
    expect(await look(arn)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    const late = states("SendTaskHeartbeat", { taskToken });
    await expect(late).rejects.toMatchObject({ code: "TaskTimedOut" });
  });

  it("can be caught by the name of its missed heartbeat", async () => {
    const lab = setUp({ ask: () => 1 });
    const { output } = await lab.run(
      {
        Ask: waiting({
          HeartbeatSeconds: "{% $states.input.beat %}",
          Catch: [{ ErrorEquals: ["States.HeartbeatTimeout"], Next: "Missed" }],
        }),
        Missed: { Type: "Succeed", Output: "missed" },
      },
      { beat: 3 },
    );
    expect(output).toBe("missed");
  });

  it("may be answered before the function has returned", async () => {
    const lab = setUp({
      ask: async ({ token }) => {
        await lab.states("SendTaskSuccess", { taskToken: token, output: '"early"' });
        return "late";
      },
    });
    expect((await lab.run({ Ask: waiting() })).output).toBe("early");
  });

  it("is refused when it is not one", async () => {
    const { states } = await asked();
    const bad = states("SendTaskSuccess", { taskToken: "nonsense", output: "1" });
    await expect(bad).rejects.toMatchObject({ code: "InvalidToken" });
  });

  it("is refused when its execution is not known", async () => {
    const { taskToken } = await asked();
    const elsewhere = setUp();
    const lost = elsewhere.states("SendTaskFailure", { taskToken });
    await expect(lost).rejects.toMatchObject({ code: "TaskDoesNotExist" });
  });

  it("takes no longer error and cause than AWS does", async () => {
    const { states, taskToken } = await asked();
    for (const long of [{ error: "x".repeat(257) }, { cause: "x".repeat(32_769) }])
      await expect(states("SendTaskFailure", { taskToken, ...long })).rejects.toMatchObject({
        code: "ValidationException",
      });
  });

  it("takes only JSON", async () => {
    const { states, taskToken } = await asked();
    const bad = states("SendTaskSuccess", { taskToken, output: "{" });
    await expect(bad).rejects.toMatchObject({ code: "InvalidOutput" });
  });
});

describe("a task's time", () => {
  it("runs out while the function runs, and its later answer changes nothing", async () => {
    let answer = (_: unknown) => {};
    const lab = setUp({
      slow: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const arn = await lab.start(
      await lab.create({ A: task("slow", { TimeoutSeconds: 2, End: true }) }),
    );
    expect((await lab.finished(arn)).error).toBe("States.Timeout");
    const before = (await lab.history(arn)).length;
    answer("zombie");
    await lab.clock.advance(1000);
    expect((await lab.history(arn)).length).toBe(before);
  });

  it("leaves the late answer of one attempt out of the next", async () => {
    const answers: ((value: unknown) => void)[] = [];
    const lab = setUp({ slow: () => new Promise((resolve) => answers.push(resolve)) });
    const Retry = [{ ErrorEquals: ["States.Timeout"] }];
    const Output = "{% $states.result.Payload %}";
    const states = { A: task("slow", { TimeoutSeconds: 2, Retry, Output, End: true }) };
    const arn = await lab.start(await lab.create(states));
    await lab.clock.runUntil(() => answers.length === 2);
    answers[0]?.("of the first");
    await lab.clock.advance(1000);
    expect((await lab.look(arn)).status).toBe("RUNNING");
    answers[1]?.("of the second");
    expect((await lab.finished(arn)).output).toBe("of the second");
  });

  it("can be computed", async () => {
    const lab = setUp({ slow: never });
    const started = lab.clock.now();
    const { error } = await lab.run(
      { A: task("slow", { TimeoutSeconds: "{% $states.input.limit %}", End: true }) },
      { limit: 7 },
    );
    expect([error, lab.clock.now() - started]).toEqual(["States.Timeout", 7000]);
  });
});

describe("an integration", () => {
  const integration = (resource: string, Arguments: object) => ({
    Type: "Task",
    Resource: `arn:aws:states:::${resource}`,
    Arguments,
    End: true,
  });

  it("is a function's ARN, answered by its payload alone", async () => {
    const lab = setUp({ f: (payload) => ({ got: payload }) });
    const Resource = "arn:aws:lambda:us-east-1:123456789012:function:f";
    const machine = { A: { Type: "Task", Resource, End: true } };
    const arn = await lab.start(await lab.create(machine), { a: 1 });
    expect((await lab.finished(arn)).output).toEqual({ got: { a: 1 } });
    expect((await lab.history(arn)).map(({ type }) => type).slice(2, 5)).toEqual([
      "LambdaFunctionScheduled",
      "LambdaFunctionStarted",
      "LambdaFunctionSucceeded",
    ]);
  });

  it("puts events with the machine and the execution among their resources", async () => {
    const lab = setUp();
    const Entries = [{ Source: "acme", DetailType: "Sold", Detail: { a: "{% 1 %}" } }];
    const { executionArn, stateMachineArn } = await lab.run({
      A: integration("events:putEvents", { Entries }),
    });
    expect(lab.events).toContainEqual({
      Source: "acme",
      DetailType: "Sold",
      Detail: json({ a: 1 }),
      Resources: [stateMachineArn, executionArn],
    });
  });

  it("calls under the machine's name and role", async () => {
    const lab = setUp({ f: () => 1 });
    const callers: unknown[] = [];
    lab.cloud.guard((call, next) => {
      if (call.service === "lambda") callers.push(call.caller);
      return next(call);
    });
    await lab.run({ A: task("f") });
    expect(callers).toEqual([{ name: "machine", role: "arn:aws:iam::123456789012:role/machine" }]);
  });

  it("starts another execution and goes on", async () => {
    const lab = setUp();
    const inner = await lab.create({ Wait: { Type: "Wait", Seconds: 60, End: true } }, {}, "inner");
    const { output } = await lab.run({
      A: integration("states:startExecution", {
        StateMachineArn: inner,
        Input: { a: 1 },
        Name: "x",
      }),
    });
    const ExecutionArn = "arn:aws:states:us-east-1:123456789012:execution:inner:x";
    expect(output).toMatchObject({ ExecutionArn });
    expect(await lab.look(ExecutionArn)).toMatchObject({
      status: "RUNNING",
      input: json({ a: 1 }),
    });
  });

  it("starts another execution and waits for its output", async () => {
    const lab = setUp();
    const inner = await lab.create(
      {
        Wait: { Type: "Wait", Seconds: 60, Next: "End" },
        End: { Type: "Succeed", Output: { b: "{% $states.input.a + 1 %}" } },
      },
      {},
      "inner",
    );
    const Input = { a: 1 };
    const Resource = "states:startExecution.sync:2";
    const { output }: Loose = await lab.run({
      A: integration(Resource, { StateMachineArn: inner, Input }),
    });
    expect(output).toMatchObject({ Status: "SUCCEEDED", Input, Output: { b: 2 } });
  });

  it("hands on an execution's output as text by the first version of the pattern", async () => {
    const lab = setUp();
    const inner = await lab.create({ A: { Type: "Succeed", Output: { b: 1 } } }, {}, "inner");
    const { output } = await lab.run({
      A: integration("states:startExecution.sync", { StateMachineArn: inner, Input: { a: 1 } }),
    });
    expect(output).toMatchObject({ Input: json({ a: 1 }), Output: json({ b: 1 }) });
  });

  it.each<[string, (token: string, inner: string) => object]>([
    [
      "events:putEvents",
      (token) => ({ Entries: [{ Source: "s", DetailType: "d", Detail: { token } }] }),
    ],
    ["states:startExecution", (token, StateMachineArn) => ({ StateMachineArn, Input: { token } })],
  ])("may hand its token on by %s", async (resource, of) => {
    const lab = setUp();
    const inner = await lab.create({ A: { Type: "Succeed" } }, {}, "inner");
    const Arguments = of("{% $states.context.Task.Token %}", inner);
    const arn = await lab.start(
      await lab.create({ A: integration(`${resource}.waitForTaskToken`, Arguments) }),
    );
    await lab.clock.advance(1000);
    const { taskScheduledEventDetails } = (await lab.history(arn))[2];
    const taskToken = /"token":"([^"]+)"/.exec(taskScheduledEventDetails.parameters)?.[1];
    await lab.states("SendTaskSuccess", { taskToken, output: "1" });
    expect((await lab.finished(arn)).output).toBe(1);
    expect((await lab.history(arn))[4].type).toBe("TaskSubmitted");
  });

  it("is Lambda.Unknown where a function's failure has no type", async () => {
    const lab = setUp();
    lab.cloud.guard((call, next) =>
      call.service === "lambda"
        ? Promise.resolve({
            FunctionError: "Unhandled",
            Payload: Buffer.from('{"errorMessage":"Task timed out"}').toString("base64"),
          })
        : next(call),
    );
    expect(await lab.run({ A: task("f") })).toMatchObject({
      error: "Lambda.Unknown",
      cause:
        'The cause could not be determined because Lambda did not return an error type. Returned payload: {"errorMessage":"Task timed out"}',
    });
  });

  it("fails as a task when the execution that it waits for fails", async () => {
    const lab = setUp();
    const inner = await lab.create({ F: { Type: "Fail", Error: "Bad" } }, {}, "inner");
    const { error, cause } = await lab.run({
      A: integration("states:startExecution.sync:2", { StateMachineArn: inner }),
    });
    expect(error).toBe("States.TaskFailed");
    expect(JSON.parse(cause)).toMatchObject({ Status: "FAILED", Error: "Bad" });
  });

  it("stops the execution that it waits for when it is stopped itself", async () => {
    const lab = setUp();
    const inner = await lab.create({ W: { Type: "Wait", Seconds: 60, End: true } }, {}, "inner");
    const Arguments = { StateMachineArn: inner, Name: "x" };
    const outer = await lab.start(
      await lab.create({ A: integration("states:startExecution.sync:2", Arguments) }),
    );
    await lab.clock.advance(1000);
    await lab.states("StopExecution", { executionArn: outer });
    await lab.clock.advance(1000);
    const ExecutionArn = "arn:aws:states:us-east-1:123456789012:execution:inner:x";
    expect((await lab.look(ExecutionArn)).status).toBe("ABORTED");
  });

  it("stops the execution that it waits for when its time runs out", async () => {
    const lab = setUp();
    const inner = await lab.create({ W: { Type: "Wait", Seconds: 60, End: true } }, {}, "inner");
    const Arguments = { StateMachineArn: inner, Name: "x" };
    const state = integration("states:startExecution.sync:2", Arguments);
    const Catch = [{ ErrorEquals: ["States.Timeout"], Next: "B" }];
    const outer = await lab.start(
      await lab.create({
        A: { ...state, TimeoutSeconds: 5, Catch },
        B: { Type: "Wait", Seconds: 30, End: true },
      }),
    );
    await lab.clock.advance(6000);
    const ExecutionArn = "arn:aws:states:us-east-1:123456789012:execution:inner:x";
    expect((await lab.look(ExecutionArn)).status).toBe("ABORTED");
    expect((await lab.look(outer)).status).toBe("RUNNING");
  });

  it("names the error of Step Functions itself", async () => {
    const lab = setUp();
    const StateMachineArn = "arn:aws:states:us-east-1:123456789012:stateMachine:none";
    const { error } = await lab.run({
      A: integration("states:startExecution", { StateMachineArn }),
    });
    expect(error).toBe("StepFunctions.StateMachineDoesNotExistException");
  });
});
