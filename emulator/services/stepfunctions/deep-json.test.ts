import { describe, expect, it } from "vitest";
import { json, setUp, task } from "./testing/laboratory.ts";

const lists = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const done = { D: { Type: "Succeed" } };

describe("JSON that nests", () => {
  it("30,000 levels deep is refused as an input and as an output", async () => {
    const { states, create } = setUp();
    const stateMachineArn = await create(done);
    for (const input of [lists(30_000), objects(30_000)])
      await expect(states("StartExecution", { stateMachineArn, input })).rejects.toMatchObject({
        code: "InvalidExecutionInput",
        status: 400,
      });
    const answer = { taskToken: "t", output: lists(30_000) };
    await expect(states("SendTaskSuccess", answer)).rejects.toMatchObject({
      code: "InvalidOutput",
    });
  });

  it("is gone through as deep as it may", async () => {
    const { states, create, finished } = setUp({ echo: (x) => x });
    const shown = { Output: "{% $states.result.Payload %}", End: true };
    const stateMachineArn = await create({ A: task("echo", shown) });
    const input = lists(900);
    const { executionArn } = await states("StartExecution", { stateMachineArn, input });
    expect(json((await finished(executionArn)).output)).toBe(input);
  });

  it("ends an execution that a function answers it to", async () => {
    const deep = { toJSON: () => JSON.parse(lists(4000)) };
    const { run } = setUp({ f: () => deep });
    const { error, cause } = await run({ A: task("f") });
    expect(error).toBe("States.DataLimitExceeded");
    expect(cause).toContain("nests deeper than 1000 levels");
  });

  it.each([
    ["Output", { Output: { a: "{% $states.input %}" } }],
    ["Assign", { Assign: { v: { a: "{% $v %}" } } }],
  ])("ends an execution that goes deeper with each %s", async (_, grown) => {
    const { run } = setUp();
    const { error } = await run({
      S: { Type: "Pass", Assign: { v: 1 }, Next: "A" },
      A: { Type: "Pass", ...grown, Next: "B" },
      B: { Type: "Choice", Choices: [{ Condition: false, Next: "C" }], Default: "A" },
      C: { Type: "Succeed" },
    });
    expect(error).toBe("States.DataLimitExceeded");
  });
});
