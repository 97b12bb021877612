import { afterEach, beforeEach, expect, it } from "vitest";
import { HISTORY_ROOM } from "./history-room.ts";
import { setUp } from "./testing/laboratory.ts";

const usual = { ...HISTORY_ROOM };
beforeEach(() => {
  Object.assign(HISTORY_ROOM, { one: 200_000, growing: 300_000, share: 20_000, packed: 500_000 });
});
afterEach(() => {
  Object.assign(HISTORY_ROOM, usual);
});

/** Goes round and round with its input. */
const circle = {
  A: { Type: "Pass", Output: '{% $states.input & "1" %}', Next: "B" },
  B: { Type: "Choice", Choices: [{ Condition: "{% false %}", Next: "E" }], Default: "A" },
  E: { Type: "Succeed" },
};
const text = "x".repeat(5_000);

it("an execution fails whose history holds too much, as one does that has too many events", async () => {
  const lab = setUp();
  const { error, cause, executionArn } = await lab.run(circle, text);
  expect(error).toBe("States.Runtime");
  expect(cause).toBe(
    "The execution reached the maximum size of a history in the emulator (200000 characters).",
  );
  const events = await lab.history(executionArn);
  expect(events.length).toBeLessThan(50);
  expect(events.at(-1).type).toBe("ExecutionFailed");
});

it("executions share what room there is, and small ones go on", async () => {
  const lab = setUp();
  const machine = await lab.create(circle);
  const waiting = await lab.create(
    { W: { Type: "Wait", Seconds: 60, Next: "E" }, E: { Type: "Succeed" } },
    {},
    "small",
  );
  const small = await lab.start(waiting);
  const large = await Promise.all(["a", "b", "c"].map((name) => lab.start(machine, text, name)));
  const causes = [];
  for (const arn of large) causes.push((await lab.finished(arn)).cause);
  const common = "maximum size of all histories in the emulator (300000 characters)";
  expect(causes).toContainEqual(expect.stringContaining(common));
  expect((await lab.finished(small)).status).toBe("SUCCEEDED");
});

it("the oldest that have ended give way, and what is held is known after a restart", async () => {
  const lab = setUp();
  const restart = lab.journal();
  const machine = await lab.create(circle);
  const arns = [];
  for (const name of ["a", "b", "c", "d"]) {
    arns.push(await lab.start(machine, text, name));
    await lab.finished(arns.at(-1) as string);
  }
  const again = await restart();
  for (const { states } of [lab, again, await lab.fork()]) {
    const whole = [];
    for (const executionArn of arns)
      whole.push(
        await states("GetExecutionHistory", { executionArn }).then(
          () => true,
          () => false,
        ),
      );
    expect(whole).toEqual([false, false, true, true]);
  }
  const { cause, executionArn } = await again.finished(await again.start(machine, text, "e"));
  expect(cause).toContain("size of a history");
  await expect(again.states("GetExecutionHistory", { executionArn: arns[2] })).rejects.toThrow();
  expect((await again.history(executionArn)).length).toBeLessThan(50);
});
