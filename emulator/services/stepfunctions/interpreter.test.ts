import { describe, expect, it } from "vitest";
import { setUp } from "./testing/laboratory.ts";

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
