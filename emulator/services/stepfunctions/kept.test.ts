import { describe, expect, it } from "vitest";
import { json, setUp, task } from "./testing/laboratory.ts";
import { busy, wait } from "./testing/states.ts";

describe("what is kept of an execution", () => {
  it("does not grow with its history, and has no definition", async () => {
    const lab = setUp();
    const machine = {
      A: wait(1, { Comment: "x".repeat(5000), Next: "B" }),
      B: { Type: "Choice", Choices: [{ Condition: false, Next: "C" }], Default: "A" },
      C: { Type: "Succeed" },
    };
    const arn = await lab.start(await lab.create(machine));
    const sizeAt = async (ms: number) => {
      await lab.clock.advance(ms);
      return json(lab.cloud.keeper.parts.get("states.executions")?.get(arn)).length;
    };
    const early = await sizeAt(10_500);
    expect(early).toBeLessThan(1000);
    expect(await sizeAt(600_000)).toBeLessThan(early + 10);
  });

  it("is shared by snapshots once it has ended, and a redrive changes none of them", async () => {
    const lab = setUp({ f: busy });
    const arn = await lab.start(await lab.create({ A: task("f") }));
    const before = await lab.finished(arn);
    const events = json(await lab.history(arn));
    const second = await lab.fork(2, { f: () => 1 });
    expect(second.cloud.keeper.parts.get("states.executions")?.get(arn)).toBe(
      lab.cloud.keeper.parts.get("states.executions")?.get(arn),
    );
    await second.states("RedriveExecution", { executionArn: arn, clientToken: "t" });
    const third = await second.fork(3);
    expect((await third.finished(arn)).status).toBe("SUCCEEDED");
    const again = await third.states("RedriveExecution", { executionArn: arn, clientToken: "t" });
    expect(again.redriveDate).toBe((await second.look(arn)).redriveDate);
    expect((await second.look(arn)).status).toBe("RUNNING");
    expect(await lab.finished(arn)).toEqual(before);
    expect(json(await lab.history(arn))).toBe(events);
  });

  it("is enough to go on at a boot that gives the machine another definition", async () => {
    const passing = (Output: number) => ({
      A: wait(60, { Next: "B" }),
      B: { Type: "Succeed", Output },
    });
    const lab = setUp();
    const stateMachineArn = await lab.create(passing(1));
    const written: string[] = [];
    lab.cloud.keeper.record((changes) => written.push(json(changes)));
    const arn = await lab.start(stateMachineArn, {}, "x");
    await lab.clock.advance(1000);
    const next = setUp();
    await next.create(passing(2));
    await next.cloud.restart(({ parts }) => {
      for (const [part, key, value] of written.flatMap((text) => JSON.parse(text)))
        parts.get(part)?.apply(key, value);
    });
    expect((await next.finished(arn)).output).toBe(1);
    expect((await next.finished(await next.start(stateMachineArn))).output).toBe(2);
    const parts = written.flatMap((text) => JSON.parse(text)).map(([part]) => part);
    await lab.start(stateMachineArn, {}, "y");
    expect(parts.filter((part) => part === "states.definitions")).toHaveLength(1);
  });

  it("has the definition of its start when the machine has another one since", async () => {
    const lab = setUp();
    const stateMachineArn = await lab.create({
      A: wait(60, { Next: "B" }),
      B: { Type: "Pass", Output: 1, End: true },
    });
    const arn = await lab.start(stateMachineArn);
    const other = {
      QueryLanguage: "JSONata",
      StartAt: "C",
      States: { C: { Type: "Pass", Output: 2, End: true } },
    };
    await lab.states("UpdateStateMachine", { stateMachineArn, definition: json(other) });
    const second = await lab.fork();
    expect((await second.finished(arn)).output).toBe(1);
    expect((await second.finished(await second.start(stateMachineArn))).output).toBe(2);
  });
});
