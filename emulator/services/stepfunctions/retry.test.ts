import { describe, expect, it } from "vitest";
import { delayOf, matches } from "./retry.ts";
import { json, type Loose, setUp, task, thrown } from "./testing/laboratory.ts";

const always = (name: string) => () => {
  throw thrown(name);
};
const gaps = (calls: { at: number }[]) =>
  calls.slice(1).map(({ at }, i) => (at - (calls[i]?.at ?? 0)) / 1000);

describe("Retry", () => {
  it("waits longer each time, up to the greatest delay, as often as it may", async () => {
    const { run, calls } = setUp({ f: always("Busy") });
    const Retry = [
      {
        ErrorEquals: ["Busy"],
        IntervalSeconds: 2,
        BackoffRate: 3,
        MaxAttempts: 4,
        MaxDelaySeconds: 10,
      },
    ];
    const { status, error, cause } = await run({ A: task("f", { Retry, End: true }) });
    expect(gaps(calls)).toEqual([2, 6, 10, 10]);
    expect([status, error, JSON.parse(cause).errorMessage]).toEqual(["FAILED", "Busy", "no"]);
  });

  it("defaults to three attempts after one, two and four seconds", async () => {
    const { run, calls } = setUp({ f: always("Busy") });
    await run({ A: task("f", { Retry: [{ ErrorEquals: ["States.ALL"] }], End: true }) });
    expect(gaps(calls)).toEqual([1, 2, 4]);
  });

  it("draws a delay between nothing and the whole with full jitter", () => {
    const retrier = {
      ErrorEquals: ["X"],
      IntervalSeconds: 4,
      JitterStrategy: "FULL" as const,
      MaxDelaySeconds: 10,
    };
    expect(delayOf(retrier, 0, () => 0)).toBe(0);
    expect(delayOf(retrier, 0, () => 0.5)).toBe(2000);
    expect(delayOf(retrier, 5, () => 0.5)).toBe(5000);
    expect(delayOf({ ...retrier, JitterStrategy: "NONE" }, 5, () => 0.5)).toBe(10_000);
  });

  it("counts every retrier for itself, and asks only the first that matches", async () => {
    const { run, calls } = setUp({
      f: (_, call) => {
        throw thrown(call % 2 ? "Odd" : "Even");
      },
    });
    const retrier = (name: string, MaxAttempts: number) => ({
      ErrorEquals: [name],
      MaxAttempts,
      BackoffRate: 1,
    });
    const Retry = [retrier("Odd", 2), retrier("Even", 2), retrier("Odd", 9)];
    const { error } = await run({ A: task("f", { Retry, End: true }) });
    expect([calls.length, error]).toEqual([5, "Odd"]);
  });

  it("does not retry at all with no attempts, even before a retrier for everything", async () => {
    const { run, calls } = setUp({ f: always("Refused") });
    const Retry = [
      { ErrorEquals: ["Refused"], MaxAttempts: 0 },
      { ErrorEquals: ["States.ALL"], MaxAttempts: 3 },
    ];
    const { error } = await run({ A: task("f", { Retry, End: true }) });
    expect([calls.length, error]).toEqual([1, "Refused"]);
  });

  it("evaluates the arguments anew, with the number of the retry", async () => {
    const { run, calls } = setUp({ f: always("Busy") });
    const Arguments = { FunctionName: "f", Payload: "{% $states.context.State.RetryCount %}" };
    const Retry = [{ ErrorEquals: ["Busy"], MaxAttempts: 2 }];
    await run({ A: task("f", { Arguments, Retry, End: true }) });
    expect(calls.map(({ payload }) => payload)).toEqual([0, 1, 2]);
  });

  it("tells observers of each retry", async () => {
    const { run, facts } = setUp({ f: (_, call) => (call < 3 ? always("Busy")() : 1) });
    await run({ A: task("f", { Retry: [{ ErrorEquals: ["Busy"] }], End: true }) });
    const retries = facts.filter(({ kind }) => kind === "states.retry");
    expect(retries.map(({ state, error, retry, delay }) => [state, error, retry, delay])).toEqual([
      ["A", "Busy", 1, 1000],
      ["A", "Busy", 2, 2000],
    ]);
  });
});

describe("what ErrorEquals matches", () => {
  it.each([
    ["States.ALL", "Anything", true],
    ["States.ALL", "States.Timeout", true],
    ["States.ALL", "States.Runtime", false],
    ["States.ALL", "States.DataLimitExceeded", false],
    ["States.Runtime", "States.Runtime", false],
    ["States.DataLimitExceeded", "States.DataLimitExceeded", true],
    ["States.TaskFailed", "Anything", true],
    ["States.TaskFailed", "States.Timeout", false],
    ["Some", "Something", false],
  ])("%s matches %s: %s", (pattern, error, expected) => {
    expect(matches([pattern], { error })).toBe(expected);
  });

  it("knows a missed heartbeat by both its names", () => {
    const missed = { error: "States.Timeout", alias: "States.HeartbeatTimeout" };
    expect(matches(["States.HeartbeatTimeout"], missed)).toBe(true);
    expect(matches(["States.Timeout"], missed)).toBe(true);
    expect(matches(["States.HeartbeatTimeout"], { error: "States.Timeout" })).toBe(false);
  });
});

describe("Catch", () => {
  const Done = { Type: "Pass", End: true };
  const to = (name: string, Next: string, rest: object = {}) => ({
    ErrorEquals: [name],
    Next,
    ...rest,
  });

  it("follows the first catcher that matches", async () => {
    const { run } = setUp({ f: always("Broken") });
    const Catch = [to("Other", "A1"), to("Broken", "A2"), to("States.ALL", "A3")];
    const Output = (name: string) => ({ Type: "Pass", Output: name, End: true });
    const { output } = await run({
      A: task("f", { Catch, End: true }),
      A1: Output("first"),
      A2: Output("second"),
      A3: Output("third"),
    });
    expect(output).toBe("second");
  });

  it("is asked only when no retry is left", async () => {
    const { run, calls } = setUp({ f: always("Broken") });
    const Retry = [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1 }];
    const { status } = await run({
      A: task("f", { Retry, Catch: [to("States.ALL", "Done")], End: true }),
      Done,
    });
    expect([status, calls.length]).toEqual(["SUCCEEDED", 2]);
  });

  it("hands on the error as the next state's input", async () => {
    const { run } = setUp({ f: always("Broken") });
    const { output } = await run({
      A: task("f", { Catch: [to("States.ALL", "Done")], End: true }),
      Done,
    });
    expect(output).toEqual({ Error: "Broken", Cause: json(thrown("Broken")) });
  });

  it("shapes its output and assigns variables from the error", async () => {
    const { run } = setUp({ f: always("Broken") });
    const rest = {
      Output: { was: "{% $states.input %}" },
      Assign: { why: "{% $states.errorOutput.Error %}" },
    };
    const { output } = await run(
      {
        A: task("f", { Catch: [to("States.ALL", "Done", rest)], End: true }),
        Done: { ...Done, Output: { why: "{% $why %}", next: "{% $states.input %}" } },
      },
      { a: 1 },
    );
    expect(output).toEqual({ why: "Broken", next: { was: { a: 1 } } });
  });

  it("catches a failing expression", async () => {
    const { run } = setUp();
    const { output } = await run({
      A: task("f", {
        Arguments: { FunctionName: "{% $nowhere %}" },
        Catch: [to("States.QueryEvaluationError", "Done")],
        End: true,
      }),
      Done,
    });
    expect(output).toEqual({
      Error: "States.QueryEvaluationError",
      Cause:
        "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression '$nowhere' specified for the field 'Arguments/FunctionName' returned nothing (undefined).",
    });
  });

  it("fails the state when its own expression fails", async () => {
    const { run } = setUp({ f: always("Broken") });
    const { status, error } = await run({
      A: task("f", {
        Catch: [to("States.ALL", "Done", { Output: "{% $nowhere %}" })],
        End: true,
      }),
      Done,
    });
    expect([status, error]).toEqual(["FAILED", "States.QueryEvaluationError"]);
  });

  it("leaves a result over the limit to the catcher that names it", async () => {
    const large = "x".repeat(300_000);
    const { run } = setUp({ f: () => large });
    const states = (name: string) => ({
      A: task("f", { Catch: [to(name, "Done")], End: true }),
      Done,
    });
    const caught = await run(states("States.DataLimitExceeded"));
    expect(caught.output.Error).toBe("States.DataLimitExceeded");
    const other = setUp({ f: () => large });
    const { status, error } = await other.run(states("States.ALL"));
    expect([status, error]).toEqual(["FAILED", "States.DataLimitExceeded"]);
  });
});

describe("a service's refusal", () => {
  it("has the name and the cause that AWS gives it", async () => {
    const { AwsError } = await import("../../kernel/engine.ts");
    const { run } = setUp({
      f: () => {
        throw new AwsError("TooManyRequestsException", "Rate exceeded", 429);
      },
    });
    const { error, cause } = await run({ A: task("f") });
    expect(error).toBe("Lambda.TooManyRequestsException");
    expect(cause).toMatch(
      /^Rate exceeded \(Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException; Request ID: .*; Proxy: null\)$/,
    );
  });

  it("is never retried when the emulator does not emulate what was asked", async () => {
    const { run, calls } = setUp();
    const { status, error, cause } = await run({
      A: {
        Type: "Task",
        Resource: "arn:aws:states:::dynamodb:putItem",
        Arguments: { TableName: "T", Item: {} },
        Retry: [{ ErrorEquals: ["States.ALL"] }],
        End: true,
      },
    });
    expect([status, error, calls.length]).toEqual(["FAILED", "States.Runtime", 0]);
    expect(cause).toBe("The emulator does not emulate the service dynamodb of AWS.");
  });

  it("is the SDK's own error when there was no answer", async () => {
    const { run } = setUp({
      f: () => {
        throw new Error("socket hang up");
      },
    });
    const { error, cause }: Loose = await run({ A: task("f") });
    expect([error, cause]).toEqual(["Lambda.SdkClientException", "socket hang up"]);
  });
});
