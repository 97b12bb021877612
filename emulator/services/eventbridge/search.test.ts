import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern, crush, matches } from "./patterns.ts";

/** How many steps the search for elements that fit together takes; the worst inputs take them all in vain. */
const stepsOf = (pattern: object, event: unknown, expected = false) => {
  const budget = { left: 2_000_000 };
  expect(compilePattern(pattern)(crush(event), budget)).toBe(expected);
  return 2_000_000 - budget.left;
};
const list = <T>(length: number, make: (i: number) => T) =>
  Array.from({ length }, (_, i) => make(i));

describe("the worst events", () => {
  const n = 10_000;

  /** Both fields match, but never in one element: nothing shows it before the end of the search. */
  const never = { z: { p: [1], q: [1] } };
  const apart = {
    z: [
      { p: 1, q: 2 },
      { p: 2, q: 1 },
    ],
  };

  it("lists that each match everywhere, and a last one that never does", () => {
    const names = list(20, (i) => `f${i}`);
    const event = Object.fromEntries(names.map((name) => [name, list(n / 20, () => 1)]));
    const pattern = Object.fromEntries(names.map((name) => [name, [1]]));
    expect(stepsOf({ ...pattern, ...never }, { ...event, ...apart })).toBeLessThan(4 * n);
  });

  it("a list of objects in which two fields never match together", () => {
    const event = { items: list(n, (i) => ({ a: 1, b: i % 2, c: (i + 1) % 2 })) };
    expect(stepsOf({ items: { a: [1], b: [1], c: [1] } }, event)).toBeLessThan(10 * n);
  });

  it("lists within lists", () => {
    const event = {
      bundles: list(100, (i) => ({
        id: i,
        lines: list(n / 100, (j) => ({ sku: j, lost: false })),
      })),
    };
    const pattern = { bundles: { id: [{ numeric: [">=", 0] }], lines: { lost: [true] } } };
    expect(stepsOf(pattern, event)).toBeLessThan(10 * n);
    const late = { bundles: { lines: { sku: [{ exists: true }] }, tag: ["x"] } };
    expect(stepsOf(late, { ...event, bundles: [...event.bundles, { tag: "y" }] })).toBeLessThan(
      10 * n,
    );
  });

  it("a thousand combinations of $or, each with a field that fails last", () => {
    const or = (name: string) => ({
      [name]: { $or: list(10, (i) => ({ [`x${i}`]: [1] })) },
    });
    const pattern = { ...or("a"), ...or("b"), ...or("c"), ...never };
    const ten = Object.fromEntries(list(10, (i) => [`x${i}`, list(30, () => 1)]));
    expect(stepsOf(pattern, { a: ten, b: ten, c: ten, ...apart })).toBeLessThan(120_000);
  });

  it("objects in lists of one list after another, chosen again for every field", () => {
    const event = { all: list(n, (i) => ({ id: i, tags: list(3, () => "t") })), ...apart };
    const pattern = { all: { id: [{ exists: true }], tags: ["t"] }, ...never };
    expect(stepsOf(pattern, event)).toBeLessThan(10 * n);
  });

  it("whatever it is, the search gives up at last: the event does not match", () => {
    // One path is spelt in two ways: elements of two lists that have nothing to do with each other meet.
    const event = {
      a: list(4000, () => ({ b: { d: 1 } })),
      "a.b": list(4000, () => ({ c: 1, d: 1 })),
      z: 1,
    };
    const budget = { left: 50_000 };
    const pattern = { a: { b: { c: [1], d: [1] }, y: [1] }, z: [1] };
    expect(compilePattern(pattern)(crush(event), budget)).toBe(false);
    expect(budget.left).toBeGreaterThan(-100);
  });

  it("are read however deep they are nested, and as large as they may be", () => {
    const deep = JSON.parse(`${'{"b":1,"a":'.repeat(30_000)}1${"}".repeat(30_000)}`);
    expect(matches({ a: { a: { b: [1] } } }, deep)).toBe(true);
    const lists = JSON.parse(`{"a":${"[".repeat(30_000)}1${"]".repeat(30_000)}}`);
    expect(matches({ a: [1] }, lists)).toBe(true);
    const path = "x".repeat(5000);
    const wide = { [path]: Object.fromEntries(list(20_000, (i) => [`k${i}`, i])) };
    expect(matches({ [path]: { k19999: [19_999] } }, wide)).toBe(true);
  });
});

describe("the search", () => {
  type Place = { [list: string]: number };
  /** All ways to choose leaves, one after the other: exponential, and plainly right. */
  const plainly = (pattern: [path: string, values: number[], absent: boolean][], event: object) => {
    const leaves: { path: string; value: unknown; place: Place }[] = [];
    let lists = 0;
    const walk = (value: unknown, path: string, place: Place) => {
      if (Array.isArray(value)) {
        const name = `list ${lists++}`;
        for (const [i, one] of value.entries()) walk(one, path, { ...place, [name]: i });
      } else if (typeof value === "object" && value !== null)
        for (const [name, one] of Object.entries(value))
          walk(one, path === "" ? name : `${path}.${name}`, place);
      else leaves.push({ path, value, place });
    };
    walk(event, "", {});
    const holds = (i: number, place: Place): boolean => {
      const field = pattern[i];
      if (!field) return true;
      const [path, values, absent] = field;
      const here = leaves.filter(
        (leaf) =>
          leaf.path === path &&
          Object.entries(leaf.place).every(([name, at]) => (place[name] ?? at) === at),
      );
      if (here.length === 0) return absent && holds(i + 1, place);
      return here.some(
        (leaf) =>
          values.includes(leaf.value as number) && holds(i + 1, { ...place, ...leaf.place }),
      );
    };
    return holds(0, {});
  };

  const names = ["a", "b", "c"];
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ min: 0, max: 2 }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names, "a.b"), tie("value"), { maxKeys: 3 }),
    ),
  }));
  const event = fc.dictionary(fc.constantFrom(...names), value as fc.Arbitrary<unknown>, {
    minKeys: 1,
  });
  const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 });
  const fields = fc.uniqueArray(
    fc.record({
      path,
      values: fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 2 }),
      absent: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4, selector: ({ path }) => path.join(".") },
  );

  it("answers as all ways to choose leaves would", () => {
    fc.assert(
      fc.property(fields, event, (chosen, event) => {
        const pattern: Record<string, unknown> = {};
        for (const { path, values, absent } of chosen)
          pattern[path.join(".")] = absent ? [...values, { exists: false }] : values;
        const sorted = chosen
          .map(({ path, values, absent }): [string, number[], boolean] => [
            path.join("."),
            values,
            absent,
          ])
          .sort(([a], [b]) => (a < b ? -1 : 1));
        expect(matches(pattern, event)).toBe(plainly(sorted, event));
      }),
      { numRuns: 2000 },
    );
  });
});
