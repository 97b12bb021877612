import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changesAt, inOrder, pictureAt, shortly, signOf, togetherWith } from "./fold.ts";
import type { OrderData, OrderRow, Step, Version } from "./told.ts";

const version = (n: number): Version => ({
  raw: { pk: "p", n },
  entity: { name: "row", by: "the code", attributes: { n } },
});
const row = (id: string, more: Partial<OrderRow> = {}): OrderRow => ({
  ...{ id, table: "T", context: "orders", isView: false, pk: id, sk: "s", shared: false },
  ...{ mirrors: [], ...more },
});
const step = (seq: number, id: string, before?: number, after?: number): Step => ({
  ...{ seq, at: seq, who: "W", row: id, raw: [{ path: "n", before, after }], entity: [] },
  did: after === undefined ? "deleted" : before === undefined ? "put" : "changed",
  ...(before !== undefined && { before: version(before) }),
  ...(after !== undefined && { after: version(after) }),
});
const answer = (n: number) => ({ from: "the view" as const, body: { n } });
const data: OrderData = {
  orderId: "ord_1",
  rows: [row("a"), row("b"), row("old"), row("gone")],
  base: { old: version(7), gone: version(1) },
  steps: [
    {
      ...step(1, "a", undefined, 1),
      answer: { now: answer(1), changes: [{ path: "n", after: 1 }] },
    },
    step(2, "b", undefined, 5),
    step(3, "gone", 1),
    {
      ...step(4, "a", 1, 2),
      answer: { now: answer(2), changes: [{ path: "n", before: 1, after: 2 }] },
    },
    step(5, "b", 5),
  ],
  moved: {},
};
const seen = (count: number, of = data) =>
  Object.fromEntries(
    pictureAt(of, count).standing.map(({ row: { id }, version: { raw }, did }) => [
      id,
      did ? `${did} ${raw.n}` : raw.n,
    ]),
  );

describe("the rows of an order after a step", () => {
  it("are those of all steps until then, what the step did marked", () => {
    expect(seen(0)).toEqual({ old: 7, gone: 1 });
    expect(seen(1)).toEqual({ old: 7, gone: 1, a: "put 1" });
    expect(seen(2)).toEqual({ old: 7, gone: 1, a: 1, b: "put 5" });
    expect(seen(4)).toEqual({ old: 7, a: "changed 2", b: 5 });
  });

  it("have a row that the step deleted, for the last time", () => {
    expect(seen(3)).toMatchObject({ gone: "deleted 1" });
    expect(seen(4)).not.toHaveProperty("gone");
    expect(seen(5)).toEqual({ old: 7, a: 2, b: "deleted 5" });
  });

  it("come with the answer of that time, and its changes only at the step that made them", () => {
    expect(pictureAt(data, 0).answer).toBeUndefined();
    expect(pictureAt(data, 3)).toMatchObject({ answer: answer(1), answerChanges: [] });
    expect(pictureAt(data, 4)).toMatchObject({ answer: answer(2), answerChanges: [{ before: 1 }] });
  });

  it("are the same whatever order the steps came in, and however often each", () => {
    const shuffled = fc.shuffledSubarray(data.steps, { minLength: data.steps.length });
    fc.assert(
      fc.property(shuffled, fc.subarray(data.steps), (steps, again) => {
        const other = { ...data, steps: [...steps, ...again] };
        expect(inOrder(other.steps).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
        for (let count = 0; count <= data.steps.length; count++)
          expect(pictureAt(other, count)).toEqual(pictureAt(data, count));
      }),
    );
  });

  it("are at the end those that are there now, also where another order has changed them since", () => {
    const other = { ...data, moved: { old: version(9) } };
    const old = (count: number) =>
      pictureAt(other, count).standing.find(({ row: { id } }) => id === "old");
    expect(old(4)).toMatchObject({ version: { raw: { n: 7 } } });
    expect(old(4)?.moved).toBeUndefined();
    expect(old(5)).toMatchObject({ version: { raw: { n: 9 } }, moved: true });
  });
});

it("tells what came, went and changed by a sign", () => {
  expect(signOf({ path: "x", after: 1 })).toBe("+");
  expect(signOf({ path: "x", before: 1 })).toBe("−");
  expect(signOf({ path: "x", before: 1, after: 2 })).toBe("~");
  const changes = [
    { path: "state.status", after: 1 },
    { path: "states", after: 2 },
  ];
  expect(changesAt(changes, "state")).toEqual([changes[0]]);
});

it("knows which rows belong together, from both sides", () => {
  const rows = [row("write", { mirrors: ["view"] }), row("view", { isView: true }), row("alone")];
  expect([...togetherWith(rows, "write")].toSorted()).toEqual(["view", "write"]);
  expect([...togetherWith(rows, "view")].toSorted()).toEqual(["view", "write"]);
  expect([...togetherWith(rows, "alone")]).toEqual(["alone"]);
  expect(togetherWith(rows, undefined).size).toBe(0);
});

it("tells of two lists what only one of them has, and of the same in another order both", () => {
  expect(shortly({ path: "x", before: [1], after: [1, { a: 2 }] })).toEqual({
    path: "x",
    after: { a: 2 },
  });
  expect(shortly({ path: "x", before: [1, 2, 3], after: [3] })).toEqual({
    path: "x",
    before: [1, 2],
  });
  const turned = { path: "x", before: [1, 2], after: [2, 1] };
  expect(shortly(turned)).toEqual(turned);
  expect(shortly({ path: "x", after: [1] })).toEqual({ path: "x", after: [1] });
});
