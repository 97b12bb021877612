import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "../lens/difference.ts";
import { canonical, differing, saidBy } from "./canonical.ts";
import { views } from "./views.ts";

describe("what rows say", () => {
  it("has one hash, whatever order rows, members and sets come in", () => {
    const rows = [
      ["a", { x: 1, y: { p: 1, q: new Set(["m", "n"]) } }],
      ["b", { z: [1, 2] }],
    ] as const;
    const same = [
      ["b", { z: [1, 2] }],
      ["a", { y: { q: new Set(["n", "m"]), p: 1 }, x: 1 }],
    ] as const;
    expect(saidBy(same).hash).toBe(saidBy(rows).hash);
    expect(
      saidBy([
        ["a", rows[0][1]],
        ["b", { z: [2, 1] }],
      ]).hash,
    ).not.toBe(saidBy(rows).hash);
  });

  it("is the same as JSON exactly where the values are the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("differs row by row: gone, new, or with what is another in it", () => {
    const before = saidBy([
      ["gone", { x: 1 }],
      ["same", { x: 1 }],
      ["other", { x: { y: 1 } }],
    ]);
    const after = saidBy([
      ["new", { x: 1 }],
      ["same", { x: 1 }],
      ["other", { x: { y: 2 } }],
    ]);
    expect(differing(before, after)).toEqual([
      { key: "gone", how: "is gone", changes: [] },
      { key: "new", how: "is new", changes: [] },
      { key: "other", how: "differs", changes: [{ path: "x.y", before: 1, after: 2 }] },
    ]);
    expect(differing(before, before)).toEqual([]);
  });

  it("does not depend on the order in which a view heard its events, and on nothing less", () => {
    const [orders] = views;
    const [a, b] = [
      { at: "1", what: "A" },
      { at: "1", what: "B" },
    ];
    const said = (row: object) => canonical(orders?.says(row as Record<string, unknown>));
    expect(said({ timeline: [b, a], seen: new Set(["x", "y"]) })).toBe(
      said({ timeline: [a, b], seen: new Set(["y", "x"]) }),
    );
    expect(said({ timeline: [a] })).not.toBe(said({ timeline: [a, a] }));
    expect(said({ timeline: [a], paid: 1 })).not.toBe(said({ timeline: [a], paid: 2 }));
  });
});

describe("a difference", () => {
  it("is told part by part, a list as a whole", () => {
    expect(compare({ a: { b: 1, c: [1] }, d: 1 }, { a: { b: 2, c: [1, 2] }, e: 1 })).toEqual([
      { path: "a.b", before: 1, after: 2 },
      { path: "a.c", before: [1], after: [1, 2] },
      { path: "d", before: 1 },
      { path: "e", after: 1 },
    ]);
  });

  it("is nothing exactly where both are the same", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(compare(value, structuredClone(value))).toEqual([]);
        expect(compare(value, { ...value, "one more": 1 })).not.toEqual([]);
      }),
    );
  });
});
