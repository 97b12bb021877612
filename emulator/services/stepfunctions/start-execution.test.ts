import { describe, expect, it } from "vitest";
import { json, setUp } from "./testing/laboratory.ts";

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
