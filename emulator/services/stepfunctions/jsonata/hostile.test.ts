import { describe, expect, it } from "vitest";
import { virtualClock } from "../../../kernel/clock.ts";
import { BEFORE } from "./costs.ts";
import { createEvaluate } from "./evaluate.ts";
import { createMeter } from "./limits.ts";

const evaluate = (expression: string, input: unknown = null) =>
  createEvaluate(virtualClock())(`{% ${expression} %}`, { states: { input } }, "Output");
const zeros = (count: number) => Array(count).fill(0);
const TIME = "Expression evaluation timeout";
const MEMORY = "Expression evaluation memory limit exceeded";

describe("data with the marks of jsonata's functions", () => {
  const doubling = (times: number) =>
    `[$reduce([1..${times}], function($a,$b){ $merge([$states.input,{'l':$a,'r':$a}]) }, 1)]`;

  it.each(["_jsonata_lambda", "_jsonata_function"])("weighs what it holds: %s", async (mark) => {
    await expect(evaluate(doubling(60), { [mark]: 1 })).rejects.toThrow(MEMORY);
    await expect(evaluate(doubling(60), { [mark]: true })).rejects.toThrow("D1013");
  });

  it("is data to an expression that only looks", async () => {
    const input = { _jsonata_function: true, n: 1 };
    expect(await evaluate("$states.input", input)).toEqual(input);
  });

  it.each([
    ["$states.input.a(1)", { a: { _jsonata_function: true, implementation: {} } }],
    ["$map([1], $states.input.a)", { a: { _jsonata_lambda: true, arguments: [], body: {} } }],
    ["$parse('{\"_jsonata_lambda\":true}')", null],
    ["(function($x) { $x })($states.input)", { _jsonata_lambda: true, thunk: true, body: {} }],
  ])("cannot be called: %s", async (expression, input) => {
    await expect(evaluate(expression, input)).rejects.toThrow("D1013");
  });

  it.each(["[$sum]", "{ 'a': [function($x) { $x }] }", "[$substring(?, 1)]", "[$match]"])(
    "is no result, however deep a function lies: %s",
    async (expression) => {
      await expect(evaluate(expression)).rejects.toThrow("unsupported result type");
    },
  );
});

describe("work that no node counts", () => {
  it.each([
    ["$states.input.$states.input.z", zeros(6_000), MEMORY],
    ["$states.input[$states.input]", zeros(8_000), TIME],
    ["$states.input#$i.$states.input#$j[$i=$j]", zeros(1_000), TIME],
    ["$states.input@$a.$states.input@$b.$states.input@$c.{'x':$a}", zeros(3_000), TIME],
    ["$formatNumber(1, $pad('0',30000,'0,'))", null, TIME],
    ["[9007199254740990..9007199254740999]", null, MEMORY],
    ["[-9007199254740999..-9007199254740990]", null, MEMORY],
    ["$substringBefore($pad('',800000,'a'), $pad('',2000,'a')&'b'&$pad('',2000,'a'))", null, TIME],
    ["$parseInteger($pad('',1000000,'1'),$pad('',100000,'0,'))", null, TIME],
    ["$formatInteger(123456789,$pad('',100000,'#,')&'0')", null, TIME],
    ["$substring($pad('',3000000,'\u{1f600}'),1,2)", null, TIME],
    ["$sort([1..800000])", null, TIME],
  ])("is paid for: %s", async (expression, input, expected) => {
    await expect(evaluate(expression, input)).rejects.toThrow(expected);
  });

  it("is refused before it is done where indents would be many", () => {
    const deep = JSON.parse(`${"[".repeat(900)}0${",0".repeat(200_000)}${"]".repeat(900)}`);
    expect(() => BEFORE.string?.(createMeter(), [deep, true])).toThrow(MEMORY);
    expect(() => BEFORE.string?.(createMeter(), [deep])).not.toThrow();
  });

  it("is taken where it is little", async () => {
    expect(await evaluate("$states.input[[0, 2]]", [5, 6, 7])).toEqual([5, 7]);
    expect(await evaluate("$count($states.input[$states.input])", zeros(1))).toBe(1);
    expect(await evaluate("$sum($sort($shuffle([1..10000])))")).toBe(50_005_000);
    expect(await evaluate("$formatNumber(1234.5, '#,##0.00')")).toBe("1,234.50");
    expect(await evaluate("$contains($pad('', 100000, 'a'), $pad('', 1000, 'b'))")).toBe(false);
    expect(await evaluate("$string({ 'a': [1] }, true)")).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(await evaluate("[9007199254740990..9007199254740991]")).toHaveLength(2);
  });
});

describe("a function that is passed on and on", () => {
  const nest =
    "($g := function($f, $n) { $n = 0 ? $f(1) : [$g($f, $n - 1)][0] }; $g(function($x) { $x + 1 }, 9))";

  it("may be passed a few times", async () => {
    expect(await evaluate(nest)).toBe(2);
  });

  it("stops at a bound where it applies itself, before the stack is full", async () => {
    const itself =
      "($Y:=function($f){(function($x){$x($x)})(function($g){$f(function($a){($g($g))($a)})})};$Y(function($self){function($n){$n = TIMES ? $n : $self($n+1)}})(0))";
    expect(await evaluate(itself.replace("TIMES", "100"))).toBe(100);
    await expect(evaluate(itself.replace("TIMES", "300"))).rejects.toThrow("Stack overflow error");
  });

  it("is not counted where it is the same one that is passed", async () => {
    const often =
      "($g := function($f, $x) { $f($x) }; $h := function($f) { $map([1..1000], function($x) { $g($f, $x) }) }; $sum($h(function($x) { 1 })))";
    expect(await evaluate(often)).toBe(1_000);
    expect(
      await evaluate(
        "($h := function($f) { $reduce([1, 2], $f) }; $h(function($a, $b) { $a + $b }))",
      ),
    ).toBe(3);
  });
});

it.each([
  [
    "$sort($states.input, function($a, $b) { $f($a) })",
    "T1006: Attempted to invoke a non-function",
  ],
  ["$round(1.5, 1e9)", "D1001"],
  ["$fromMillis(1e20)", "out of the range of times"],
])("an answer that is none is an error: %s", async (expression, expected) => {
  await expect(evaluate(expression, [2, 1])).rejects.toThrow(expected);
});
