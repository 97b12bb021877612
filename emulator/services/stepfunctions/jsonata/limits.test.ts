import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { type VirtualClock, virtualClock } from "../../../kernel/clock.ts";
import { createEvaluate } from "./evaluate.ts";
import { createFunctions } from "./functions.ts";

/** Evaluates under the virtual clock, which has to go on while an evaluation lets others have their turn. */
const evaluate = async (expression: string, clock: VirtualClock = virtualClock()) => {
  const fill = createEvaluate(clock);
  return fill(`{% ${expression} %}`, { states: { input: null } }, "Output");
};

const TIME =
  "threw an error during evaluation: Expression evaluation timeout: Check for infinite loop";
const MEMORY =
  "threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage";
const DEPTH =
  "threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive";

const terms = (count: number) => Array(count).fill("1").join("+");
const doubled = (times: number) =>
  `($p := function($s, $n) { $n = 0 ? $s : $p($s & $s, $n - 1) }; $length($p('x', ${times})))`;

describe("what AWS takes", () => {
  it.each([
    ["$count([1..873782])", 873_782],
    ["$count($range(1, 200000, 1))", 200_000],
    ["$count($range(1, 360145, 1))", 360_145],
    [doubled(22), 2 ** 22],
    ["$sum([1..10].($ * 2))", 110],
    ["$count($map([1..10000], function($x) { { 'a': $x, 'b': [$x, $x] } }))", 10_000],
    ["$length($join($map([1..1000], function($x) { $string($x) }), ','))", 3892],
    ["$count($reduce([1..2000], function($all, $x) { $append($all, [$x]) }, []))", 2000],
    ["($f := function($n) { $n = 0 ? 0 : $f($n - 1) }; $f(5000))", 0],
    ["$map(['a'], $uppercase)", "A"],
    ["($part := $substring(?, 1, 2); $part('abcd'))", "bc"],
    ["$match('ab12cd', /[a-z]+([0-9]+)/).groups", ["12"]],
    ["$replace('a1b22', /[0-9]+/, '<$0>')", "a<1>b<22>"],
    ["$split('a, b,c', /,\\s*/)", ["a", "b", "c"]],
    ["$contains('ABC', /b/i)", true],
    ["$toMillis('2026-01-02 03', '[Y0001]-[M01]-[D01] [H01]')", Date.UTC(2026, 0, 2, 3)],
    ["$formatNumber(0, '0.0e0')", "0.0e0"],
  ])("%s", async (expression, expected) => {
    expect(await evaluate(expression)).toEqual(expected);
  });
});

describe("the depth", () => {
  const members = (count: number) => Array.from({ length: count }, (_, i) => `'k${i}': [1].($)`);

  it("of a hundred terms is taken, of two hundred refused", async () => {
    expect(await evaluate(terms(100))).toBe(100);
    await expect(evaluate(terms(200))).rejects.toThrow(DEPTH);
  });

  it("does not grow with what stands side by side", async () => {
    const inList = Array(300).fill("$states.input = null ? 1");
    expect(await evaluate(`$count([${inList.join(",")}])`)).toBe(300);
    expect(await evaluate(`$count($keys({${members(300).join(",")}}))`)).toBe(300);
    expect(await evaluate("$count($keys([1..300]{ 'k' & $: [$].($) }))")).toBe(300);
  });
});

describe("what stops at a bound", () => {
  it.each([
    ["($f := function($n) { $f($n + 1) }; $f(0))", TIME],
    ["($f := function($n) { $g($n) }; $g := function($n) { $f($n) }; $f(0))", TIME],
    ["$map([1..10000], function($a) { $map([1..10000], function($b) { $a * $b }) })", TIME],
    ["[1..800000].($ * 2)", TIME],
    ["$reduce([1..800000], function($a, $b) { $a + $b })", TIME],
    ["$map([1..800000], $abs)", TIME],
    ["[1..100000]^(>$)", TIME],
    ["[1..100000]{ 'k': $ }", TIME],
    ["$distinct([1..400000])", TIME],
    ["$formatNumber(1/0, '0.0e0')", TIME],
    ["($big := $pad('', 4000000); $map([1..400000], function($x) { $big = $big }))", TIME],
    ["($big := [1..400000]; $map([1..100000], function($x) { $sum($big) }))", TIME],
    ["($big := [[1..400000]]; [1..100000].($big.none))", TIME],
    [`$contains($pad('', 4000000, 'a'), 'b' & $pad('', 2000000, 'a'))`, TIME],
    ["$count([1..873783])", MEMORY],
    ["[1..900000] ~> $count()", MEMORY],
    ["[1..10000000000]", MEMORY],
    ["$range(1, 360146, 1)", MEMORY],
    ["$range(1, 1e300, 1)", MEMORY],
    ["$pad('', 1e9)", MEMORY],
    ["$pad('', -1e9)", MEMORY],
    ["$pad('', 1000000, '1234567890')", MEMORY],
    [doubled(23), MEMORY],
    ["$join([1..1000].('x'), $pad('', 1000000))", MEMORY],
    ["$replace($pad('', 1000000, 'a'), 'a', $pad('', 1000000))", MEMORY],
    ["$replace($pad('', 1000000, 'a'), /a/, $pad('', 1000000))", /time|memory/],
    ["$reduce([1..64], function($a, $b) { [$a, $a] }, [1])", MEMORY],
    ["$reduce([1..64], function($a, $b) { { 'l': $a, 'r': $a } }, 1)", MEMORY],
    ["$reduce([1..64], function($a, $b) { $zip($a, $a) }, [1])", MEMORY],
    ["$reduce([1..64], function($a, $b) { $a ~> |$|{ 'l': $a, 'r': $a }| }, {})", MEMORY],
    ["$reduce([1..2000], function($a, $b) { [[$a]] }, 1)", MEMORY],
    ["[1..1000].$string([1..100000])", MEMORY],
    ["[1..1000].[1..800000]", MEMORY],
    ["$fromMillis(0, '[Y0,*-1000000000]')", MEMORY],
    ["$parse($pad('', 5000, '[') & $pad('', 5000, ']'))", MEMORY],
    ["($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(500))", DEPTH],
    ["$formatInteger(1000000000, 'I')", DEPTH],
    [
      "($o := $reduce([1..3000], function($o, $i) { { 'f': ($o.f)(?) } }, { 'f': function($x) { $x } }); ($o.f)(1))",
      DEPTH,
    ],
  ])("%s", async (expression, expected) => {
    await expect(evaluate(expression)).rejects.toThrow(expected);
  });

  it.each([
    ["/(a+)+$/", "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'", undefined],
    ["/^(a|aa)+$/", "$pad('', 100000, 'a') & 'b'", undefined],
    ["/(x+x+)+y/", "$pad('', 100000, 'x')", undefined],
  ])("a pattern that would be tried in all ways: %s", async (pattern, text) => {
    expect(await evaluate(`$contains(${text}, ${pattern})`)).toBe(false);
    expect(await evaluate(`$count($match(${text}, ${pattern}))`)).toBe(0);
  });

  it("a picture of a date that would be tried in all ways", async () => {
    const picture = "[MNn][FNn]".repeat(20);
    const text = "$pad('', 60, 'a') & '1'";
    expect(await evaluate(`$exists($toMillis(${text}, '${picture}'))`)).toBe(false);
    expect(globalThis.RegExp.name).toBe("RegExp");
  });
});

describe("the bound of steps", () => {
  it("is the same for everybody: an expression takes the same steps in every run", async () => {
    const within = "$sum($map([1..50000], function($x) { $x + 1 }))";
    expect(await evaluate(within)).toBe(await evaluate(within));
    await expect(evaluate(within.replace("50000", "90000"))).rejects.toThrow(TIME);
  });

  it("lets others have their turn meanwhile", async () => {
    let turns = 0;
    let over = false;
    const count = () => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    await expect(evaluate("($f := function($n) { $f($n + 1) }; $f(0))")).rejects.toThrow(TIME);
    over = true;
    expect(turns).toBeGreaterThan(20);
  });

  it("lets no virtual time pass meanwhile", async () => {
    const clock = virtualClock();
    const order: string[] = [];
    clock.after(0, "evaluate", async () => {
      await evaluate("$sum($map([1..30000], function($x) { $x + 1 }))", clock);
      order.push("evaluated");
    });
    clock.after(1, "later", () => order.push("later"));
    await clock.advance(1);
    expect(order).toEqual(["evaluated", "later"]);
  });
});

it("every function that jsonata has is bound anew, or gone", async () => {
  const source = readFileSync(createRequire(import.meta.url).resolve("jsonata"), "utf8");
  const names = [...source.matchAll(/staticFrame\.bind\('(\w+)'/g)].map(([, name]) => name);
  const expression = jsonata("1");
  const bound: string[] = [];
  const record = { ...expression, assign: (name: string) => void bound.push(name) };
  record.registerFunction = record.assign;
  (await createFunctions(virtualClock()))(record);
  expect(names.filter((name) => !bound.includes(name as string))).toEqual([]);
});
