import { describe, expect, it } from "vitest";
import { json, setUp, task, thrown } from "./testing/laboratory.ts";

const pass = (rest: object = { End: true }) => ({ Type: "Pass", ...rest });

describe("Parallel", () => {
  const branch = (name: string, states: object) => ({ StartAt: name, States: states });
  const wait = (Seconds: number, Next: string) => ({ Type: "Wait", Seconds, Next });

  it("gathers its branches' outputs in their order, not in that of their ends", async () => {
    const { output } = await setUp().run({
      P: {
        Type: "Parallel",
        Branches: [
          branch("A", { A: wait(5, "A2"), A2: pass({ Output: "slow", End: true }) }),
          branch("B", { B: pass({ Output: "fast", End: true }) }),
        ],
        End: true,
      },
    });
    expect(output).toEqual(["slow", "fast"]);
  });

  it("gives its arguments to every branch, and its result to its output", async () => {
    const { output } = await setUp().run(
      {
        P: {
          Type: "Parallel",
          Arguments: { n: "{% $states.input * 2 %}" },
          Branches: [branch("A", { A: pass() }), branch("B", { B: pass() })],
          Output: "{% $sum($states.result.n) %}",
          End: true,
        },
      },
      4,
    );
    expect(output).toBe(16);
  });

  it("cancels the other branches when one fails", async () => {
    const lab = setUp({
      bad: () => {
        throw thrown("Bad");
      },
      after: () => 1,
    });
    const arn = await lab.start(
      await lab.create({
        P: {
          Type: "Parallel",
          Branches: [
            branch("A", { A: wait(1, "A2"), A2: task("bad") }),
            branch("B", { B: wait(5, "B2"), B2: task("after") }),
          ],
          End: true,
        },
      }),
    );
    const { status, error } = await lab.finished(arn);
    await lab.clock.advance(60_000);
    expect([status, error]).toEqual(["FAILED", "Bad"]);
    expect(lab.calls.map(({ name }) => name)).toEqual(["bad"]);
    const types = (await lab.history(arn)).map(({ type }) => type);
    expect(types.slice(-4)).toEqual([
      "WaitStateAborted",
      "TaskStateAborted",
      "ParallelStateFailed",
      "ExecutionFailed",
    ]);
  });

  it("is retried as a whole, and caught as one", async () => {
    const lab = setUp({
      bad: () => {
        throw thrown("Bad");
      },
    });
    const { output } = await lab.run({
      P: {
        Type: "Parallel",
        Branches: [branch("A", { A: task("bad") }), branch("B", { B: wait(50, "B2"), B2: pass() })],
        Retry: [{ ErrorEquals: ["Bad"], MaxAttempts: 2 }],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
        End: true,
      },
      Caught: pass({ Output: "{% $states.input.Error %}", End: true }),
    });
    expect([output, lab.calls.length]).toEqual(["Bad", 3]);
  });

  it("has the history that AWS shows", async () => {
    const lab = setUp();
    const arn = await lab.start(
      await lab.create({
        P: { Type: "Parallel", Branches: [branch("A", { A: pass() })], End: true },
      }),
    );
    await lab.finished(arn);
    const events = await lab.history(arn);
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, "ExecutionStarted"],
      [2, 0, "ParallelStateEntered"],
      [3, 2, "ParallelStateStarted"],
      [4, 3, "PassStateEntered"],
      [5, 4, "PassStateExited"],
      [6, 5, "ParallelStateSucceeded"],
      [7, 5, "ParallelStateExited"],
      [8, 7, "ExecutionSucceeded"],
    ]);
  });
});

describe("Map", () => {
  const map = (ItemProcessor: object, rest: object = {}) => ({
    M: { Type: "Map", ItemProcessor, End: true, ...rest },
  });
  const each = (state: object) => ({ StartAt: "Each", States: { Each: state } });

  it("runs its processor for every item", async () => {
    const { output } = await setUp().run(
      map(each(pass({ Output: "{% $states.input * 2 %}", End: true })), {
        Items: "{% $states.input.list %}",
      }),
      { list: [1, 2, 3] },
    );
    expect(output).toEqual([2, 4, 6]);
  });

  it("makes each input with the item and its index", async () => {
    const { output } = await setUp().run(
      map(each(pass()), {
        ItemSelector: {
          at: "{% $states.context.Map.Item.Index %}",
          is: "{% $states.context.Map.Item.Value %}",
        },
      }),
      ["a", "b"],
    );
    expect(output).toEqual([
      { at: 0, is: "a" },
      { at: 1, is: "b" },
    ]);
  });

  it("runs no more at once than it may", async () => {
    const lab = setUp({ f: (n) => n });
    let most = 0;
    let now = 0;
    lab.cloud.guard(async (call, next) => {
      if (call.service !== "lambda") return next(call);
      most = Math.max(most, ++now);
      await new Promise((resolve) => lab.clock.after(1000, "work", () => resolve(0)));
      now -= 1;
      return next(call);
    });
    await lab.run(map(each(task("f")), { MaxConcurrency: 2 }), [1, 2, 3, 4, 5]);
    expect([most, lab.calls.length]).toEqual([2, 5]);
  });

  it("of nothing is nothing", async () => {
    expect((await setUp().run(map(each(pass())), [])).output).toEqual([]);
  });

  it("fails with the first item that fails", async () => {
    const { error } = await setUp().run(map(each({ Type: "Fail", Error: "Bad" })), [1, 2]);
    expect(error).toBe("Bad");
  });

  it("tolerates as many failures as it may", async () => {
    const lab = setUp({
      f: (n) => {
        if (n > 2) throw thrown("Bad");
        return n;
      },
    });
    const Output = "{% $states.result.Payload %}";
    const states = map(each(task("f", { Output, End: true })), { ToleratedFailureCount: 1 });
    const machine = await lab.create(states);
    const good = await lab.finished(await lab.start(machine, [1, 2, 3]));
    expect(good.output).toEqual([1, 2, { Error: "Bad", Cause: json(thrown("Bad")) }]);
    const bad = await lab.finished(await lab.start(machine, [1, 3, 4]));
    expect(bad.error).toBe("States.ExceedToleratedFailureThreshold");
  });

  it.each([
    [{ a: 1 }, "object"],
    [1, "number"],
    ["a", "string"],
    [true, "boolean"],
    [null, "null"],
  ])("takes nothing but a list for its items, not %j", async (value, kind) => {
    const failing = async (rest: object, input: unknown) => {
      const lab = setUp();
      const arn = await lab.start(await lab.create(map(each(pass()), rest)), input);
      const { error, cause } = await lab.finished(arn);
      const [, , failed, ...types] = await lab.history(arn);
      expect(error).toBe("States.QueryEvaluationError");
      expect(failed.evaluationFailedEventDetails).toMatchObject({ error, cause, state: "M" });
      expect(types.map(({ type }) => type)).toEqual(["MapStateFailed", "ExecutionFailed"]);
      return [cause, failed.evaluationFailedEventDetails.location];
    };
    const where = "An error occurred while executing the state 'M' (entered at the event id #2).";
    expect(await failing({ Items: "{% $states.input %}" }, value)).toEqual([
      `${where} The JSONata expression '$states.input' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was '${kind}' for value: ${json(value)}`,
      "Items",
    ]);
    expect(await failing({}, value)).toEqual([
      `${where} Map state input must be an array but was: ${json(value)}`,
      undefined,
    ]);
  });

  it("can catch that its items are no list", async () => {
    const Catch = [{ ErrorEquals: ["States.QueryEvaluationError"], Next: "Caught" }];
    const { output } = await setUp().run({
      ...map(each(pass()), { Catch }),
      Caught: pass({ Output: "caught", End: true }),
    });
    expect(output).toBe("caught");
  });

  it("has the history that AWS shows when it runs one item at a time", async () => {
    const lab = setUp();
    const arn = await lab.start(await lab.create(map(each(pass()), { MaxConcurrency: 1 })), [1, 2]);
    await lab.finished(arn);
    const events = await lab.history(arn);
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, "ExecutionStarted"],
      [2, 0, "MapStateEntered"],
      [3, 2, "MapStateStarted"],
      [4, 3, "MapIterationStarted"],
      [5, 4, "PassStateEntered"],
      [6, 5, "PassStateExited"],
      [7, 6, "MapIterationSucceeded"],
      [8, 6, "MapIterationStarted"],
      [9, 8, "PassStateEntered"],
      [10, 9, "PassStateExited"],
      [11, 10, "MapIterationSucceeded"],
      [12, 11, "MapStateSucceeded"],
      [13, 11, "MapStateExited"],
      [14, 13, "ExecutionSucceeded"],
    ]);
  });

  it("has the history that AWS shows when a retry does not help", async () => {
    const lab = setUp();
    const Retry = [{ ErrorEquals: ["Bad"], MaxAttempts: 1 }];
    const states = map(each({ Type: "Fail", Error: "Bad" }), { Retry });
    const arn = await lab.start(await lab.create(states), [1]);
    await lab.finished(arn);
    const events = await lab.history(arn);
    const after = events.slice(2);
    expect(after.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [3, 2, "MapStateStarted"],
      [4, 3, "MapIterationStarted"],
      [5, 4, "FailStateEntered"],
      [6, 5, "MapIterationFailed"],
      [7, 5, "MapStateStarted"],
      [8, 7, "MapIterationStarted"],
      [9, 8, "FailStateEntered"],
      [10, 9, "MapIterationFailed"],
      [11, 9, "MapStateFailed"],
      [12, 11, "ExecutionFailed"],
    ]);
  });
});
