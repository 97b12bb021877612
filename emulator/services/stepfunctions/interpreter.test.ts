import { describe, expect, it } from "vitest";
import { json, setUp, task, thrown } from "./testing/laboratory.ts";

const pass = (rest: object = { End: true }) => ({ Type: "Pass", ...rest });

describe("Pass", () => {
  it("hands on its input", async () => {
    expect((await setUp().run({ A: pass() }, { a: 1 })).output).toEqual({ a: 1 });
  });

  it("fills a template at any depth", async () => {
    const Output = {
      list: ["{% $states.input.a %}", { deep: "{% $states.input.a + 1 %}" }],
      plain: "x",
    };
    expect((await setUp().run({ A: pass({ Output, End: true }) }, { a: 1 })).output).toEqual({
      list: [1, { deep: 2 }],
      plain: "x",
    });
  });

  it.each([[7], [true], [null], ["text"], [[]]])("may put out %j", async (Output) => {
    expect((await setUp().run({ A: pass({ Output, End: true }) })).output).toEqual(Output);
  });
});

describe("Wait", () => {
  it("waits for seconds", async () => {
    const { run, clock } = setUp();
    const before = clock.now();
    await run({ W: { Type: "Wait", Seconds: "{% $states.input %}", End: true } }, 90);
    expect(clock.now() - before).toBe(90_000);
  });

  it("waits until a time", async () => {
    const { run, clock } = setUp();
    await run({ W: { Type: "Wait", Timestamp: "2026-01-01T00:30:00Z", End: true } });
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1, 0, 30));
  });

  it("does not wait for what is past", async () => {
    const { run, clock } = setUp();
    const before = clock.now();
    await run({ W: { Type: "Wait", Timestamp: "2020-01-01T00:00:00Z", End: true } });
    expect(clock.now()).toBe(before);
  });

  it("refuses a time that is none", async () => {
    const { error, cause } = await setUp().run({
      W: { Type: "Wait", Timestamp: "{% '2016-13-05T21:29:29Z' %}", End: true },
    });
    expect(error).toBe("States.QueryEvaluationError");
    expect(cause).toContain("cannot be parsed as an ISO-8601");
  });
});

describe("Choice", () => {
  const choice = {
    C: {
      Type: "Choice",
      Choices: [
        { Condition: "{% $states.input.n > 10 %}", Next: "Big", Assign: { size: "big" } },
        { Condition: "{% $states.input.n > 5 %}", Next: "Big", Output: "medium" },
      ],
      Default: "Small",
      Output: "small",
    },
    Big: { Type: "Succeed", Output: { in: "{% $states.input %}" } },
    Small: { Type: "Succeed" },
  };

  it("takes the first rule that holds, with the rule's own output", async () => {
    const { run } = setUp();
    expect((await run(choice, { n: 11 })).output).toEqual({ in: { n: 11 } });
    expect((await setUp().run(choice, { n: 6 })).output).toEqual({ in: "medium" });
  });

  it("takes the default with the state's output", async () => {
    expect((await setUp().run(choice, { n: 1 })).output).toBe("small");
  });

  it("fails where no rule holds and there is no default", async () => {
    const { error } = await setUp().run({
      C: { Type: "Choice", Choices: [{ Condition: "{% false %}", Next: "End" }] },
      End: { Type: "Succeed" },
    });
    expect(error).toBe("States.NoChoiceMatched");
  });

  it("takes nothing but a boolean for a condition", async () => {
    const { error } = await setUp().run({
      C: { Type: "Choice", Choices: [{ Condition: "{% 1 %}", Next: "End" }], Default: "End" },
      End: { Type: "Succeed" },
    });
    expect(error).toBe("States.QueryEvaluationError");
  });
});

describe("Fail", () => {
  it("ends the execution by an error and a cause", async () => {
    const { run } = setUp();
    const { status, error, cause } = await run(
      {
        F: { Type: "Fail", Error: "Bad", Cause: "{% 'n is ' & $states.input.n %}" },
      },
      { n: 3 },
    );
    expect([status, error, cause]).toEqual(["FAILED", "Bad", "n is 3"]);
  });
});

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
    expect(types.slice(-3)).toEqual(["WaitStateAborted", "ParallelStateFailed", "ExecutionFailed"]);
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

  it("fails, and is not retried, over an object, which is not emulated", async () => {
    const Retry = [{ ErrorEquals: ["States.ALL"] }];
    const { error, cause } = await setUp().run(map(each(pass()), { Retry }), { a: 1 });
    expect([error, cause]).toEqual([
      "States.Runtime",
      "The local cloud does not emulate a Map over an object.",
    ]);
  });

  it("takes nothing but a list for its items", async () => {
    const { error, cause } = await setUp().run(map(each(pass()), { Items: "{% 1 %}" }));
    expect([error, cause]).toEqual([
      "States.QueryEvaluationError",
      "An error occurred while executing the state 'M' (entered at the event id #2). The JSONata expression '1' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number' for value: 1",
    ]);
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

describe("variables", () => {
  it("are read by later states, and by an assignment as they were before it", async () => {
    const { output } = await setUp().run({
      A: pass({ Assign: { x: 1, y: 2 }, Next: "B" }),
      B: pass({ Assign: { x: "{% $y %}", y: "{% $x %}" }, Output: "{% $x %}", Next: "C" }),
      C: pass({ Output: ["{% $x %}", "{% $y %}", "{% $states.input %}"], End: true }),
    });
    expect(output).toEqual([2, 1, 1]);
  });

  it("of an outer scope are seen inside, and those of an inner one not outside", async () => {
    const inner = {
      StartAt: "I",
      States: {
        I: pass({ Assign: { mine: "{% $outer + 1 %}" }, Next: "J" }),
        J: pass({ Output: "{% $mine %}", End: true }),
      },
    };
    const { output } = await setUp().run({
      A: pass({ Assign: { outer: 1 }, Next: "P" }),
      P: { Type: "Parallel", Branches: [inner], Next: "B" },
      B: pass({ Output: ["{% $states.input %}", "{% $exists($mine) %}"], End: true }),
    });
    expect(output).toEqual([[2], false]);
  });

  it.each<[string, object]>([
    ["one of them", { a: "{% $pad('', 262145, 'x') %}" }],
    ["one assignment", { a: "{% $pad('', 150000, 'x') %}", b: "{% $pad('', 150000, 'x') %}" }],
  ])("are limited to 256 KiB: %s", async (_, Assign) => {
    const { run } = setUp();
    const { error } = await run({ A: { Type: "Pass", Assign, Output: 1, End: true } });
    expect(error).toBe("States.DataLimitExceeded");
  });

  it("are limited to 10 MiB in an execution", async () => {
    const { run } = setUp();
    const large = (i: number, next: object) => ({
      Type: "Pass",
      Assign: { [`v${i}`]: "{% $pad('', 262000, 'x') %}" },
      ...next,
    });
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, i) => [
          `S${i}`,
          large(i, i + 1 < length ? { Next: `S${i + 1}` } : { End: true }),
        ]),
      );
    expect((await run(chain(40))).status).toBe("SUCCEEDED");
    const lab = setUp();
    expect(await lab.run(chain(41))).toMatchObject({ error: "States.DataLimitExceeded" });
  });

  it("stand in the history as JSON", async () => {
    const lab = setUp();
    const arn = await lab.start(await lab.create({ A: pass({ Assign: { x: "a" }, End: true }) }));
    await lab.finished(arn);
    const exited = (await lab.history(arn))[2];
    expect(exited.stateExitedEventDetails.assignedVariables).toEqual({ x: '"a"' });
  });
});
