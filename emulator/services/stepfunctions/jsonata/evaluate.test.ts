import { describe, expect, it } from "vitest";
import { virtualClock } from "../../../kernel/clock.ts";
import { createEvaluate } from "./evaluate.ts";

const clock = virtualClock();
const evaluate = (expression: string, input: unknown = null, from = clock) =>
  createEvaluate(from)(`{% ${expression} %}`, { states: { input } }, "Output");

describe("Step Functions' own functions", () => {
  it.each([
    ["$partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]],
    ["$partition([0], 3)", [[0]]],
    ["$range(0, 10, 4)", [0, 4, 8]],
    ["$range(3, 1, -1)", [3, 2, 1]],
    ["$range(-1.7, 2, 1)", [-1, 0, 1, 2]],
    ["$range(0.9, 3.9, 1.9)", [0, 1, 2, 3]],
    ["$count($range(1, 2000, 1))", 2000],
    ["$hash('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],
    ["$hash('a', 'MD5')", "0cc175b9c0f1b6a831c399e269772661"],
    [`$parse('{"a":[1,null]}')`, { a: [1, null] }],
    ["$parse('1')", 1],
  ])("%s is %j", async (expression, expected) => {
    expect(await evaluate(expression)).toEqual(expected);
  });

  it("give one value for a sequence of one, and fail on none", async () => {
    expect(await evaluate("$range(1, 9, 9)")).toBe(1);
    await expect(evaluate("$range(1, 0, 1)")).rejects.toThrow("returned nothing (undefined)");
  });

  it.each([
    "$range(1, 2, 0)",
    "$partition([1], 0)",
    "$hash('a', 'CRC32')",
    "$parse('{')",
    "$eval('1')",
  ])("refuse %s", async (expression) => {
    await expect(evaluate(expression)).rejects.toThrow("threw an error during evaluation");
  });
});

describe("time and chance", () => {
  it("are the clock's", async () => {
    expect(await evaluate("$millis()")).toBe(clock.now());
    expect(await evaluate("$now()")).toBe("2026-01-01T00:00:00.000Z");
    expect(await evaluate("$now('[Y]')")).toBe("2026");
    expect(await evaluate("$toMillis('09:00', '[H]:[m]')")).toBe(Date.UTC(2026, 0, 1, 9));
    expect(await evaluate("$toMillis('2020-01-01T00:00:00Z')")).toBe(Date.UTC(2020, 0, 1));
  });

  it.each(["$random()", "$uuid()", "$shuffle([1..20])"])(
    "%s repeats with the seed",
    async (text) => {
      const draw = (seed: number) => evaluate(text, null, virtualClock({ seed }));
      expect(await draw(7)).toEqual(await draw(7));
      expect(await draw(7)).not.toEqual(await draw(8));
    },
  );

  it("draws by the seed that an expression gives, as java.util.Random does", async () => {
    expect(await evaluate("$random(42)")).toBe(0.7275636800328681);
    expect(await evaluate("$random(42.9)")).toBe(0.7275636800328681);
    expect(await evaluate("$random(0)")).toBe(0.730967787376657);
  });

  it("makes UUIDs of version 4", async () => {
    expect(await evaluate("$uuid()")).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
  });
});

describe("an expression", () => {
  it("keeps a list of one where the list comes from the input", async () => {
    expect(await evaluate("$states.input.lines", { lines: [{ a: 1 }] })).toEqual([{ a: 1 }]);
    expect(await evaluate("$states.input.lines.a", { lines: [{ a: 1 }] })).toBe(1);
    expect(await evaluate("[$states.input.lines.a]", { lines: [{ a: 1 }] })).toEqual([1]);
  });

  it("names its field and its text when it gives nothing", async () => {
    await expect(evaluate("$states.input.none", {})).rejects.toThrow(
      "The JSONata expression '$states.input.none' specified for the field 'Output' returned nothing (undefined).",
    );
  });

  it.each([
    ["1/0", "Infinity"],
    ["-1/0", "-Infinity"],
    ["1e308 * 10", "Infinity"],
    ["[1/0]", ["Infinity"]],
    ["{ 'k': 1/0, 'n': null }", { k: "Infinity", n: null }],
  ])("gives the name of a number that JSON has not: %s", async (expression, expected) => {
    expect(await evaluate(expression)).toEqual(expected);
  });

  it("cannot give a function", async () => {
    await expect(evaluate("function($x) { $x }")).rejects.toThrow("unsupported result type");
  });

  it("is text where the braces do not span all of it", async () => {
    const fill = createEvaluate(clock);
    expect(await fill(" {% 1 %}", {}, "Output")).toBe(" {% 1 %}");
    expect(await fill("{% 1 %}", {}, "Output")).toBe(1);
  });
});
