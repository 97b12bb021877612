import { describe, expect, it } from "vitest";
import { setUp, task, thrown } from "./testing/laboratory.ts";

const wait = { W: { Type: "Wait", Seconds: 60, End: true } };
const _pass = { A: { Type: "Pass", End: true } };

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
