import { describe, expect, it } from "vitest";
import { setUp } from "./testing/laboratory.ts";

const pass = (rest: object = { End: true }) => ({ Type: "Pass", ...rest });

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
