import { describe, expect, it } from "vitest";
import { type Plan, planOf } from "./plan.ts";
import { shrink, smallest } from "./shrink.ts";
import type { Outcome } from "./simulate.ts";

describe("what is made small", () => {
  it.each([
    [[3], 1],
    [[3, 77], 2],
    [[0, 50, 99], 3],
    [[], 0],
  ])("of a hundred things only %j are left where those are needed", async (needed, left) => {
    const all = Array.from({ length: 100 }, (_, i) => i);
    let runs = 0;
    const found = await smallest(all, async (some) => {
      runs += 1;
      return needed.every((one) => some.includes(one));
    });
    expect(found).toEqual(needed);
    expect(found).toHaveLength(left);
    expect(runs).toBeLessThan(100);
  });
});

describe("a plan that breaks a promise", () => {
  const outcome = (broken: boolean, plan: Plan): Outcome => ({
    virtualMs: 0,
    violations: broken ? [{ invariant: "I8", what: "paid, not sold", at: 0 }] : [],
    done: plan.faults.kind === "exactly" ? plan.faults.points : happened,
    points: [],
    reached: [],
  });
  const happened = Array.from({ length: 20 }, (_, i) => ({
    point: `Relay events.PutEvents order-${i + 1} #1`,
    fault: "lost-answer" as const,
  }));
  const needs = async (plan: Plan) => {
    const points = plan.faults.kind === "exactly" ? plan.faults.points : happened;
    const isThere = plan.orders.some(({ name }) => name === "order-2");
    const isSpoilt = points.some(({ point }) => point.includes("order-7 "));
    return outcome(isThere && isSpoilt, plan);
  };

  it("is left with the order and the fault that it takes, and nothing else", async () => {
    const plan = planOf(5, { least: 30, most: 30 });
    const small = await shrink(plan, await needs(plan), { run: needs });
    expect(small.plan.orders.map(({ name }) => name)).toEqual(["order-2"]);
    expect(small.plan.faults).toEqual({ kind: "exactly", points: [happened[6]] });
    expect(small.plan.acts).toEqual([]);
    expect(small.outcome.violations).toHaveLength(1);
    expect(small.runs).toBeLessThan(60);
  });

  it("is told as it was found where its faults alone do not break it again", async () => {
    const plan = planOf(5);
    const never = async (again: Plan) => outcome(false, again);
    const small = await shrink(plan, await needs(planOf(5, { least: 9, most: 9 })), { run: never });
    expect(small.plan).toBe(plan);
  });

  it("is another finding when another promise breaks: that is not taken for it", async () => {
    const plan = planOf(5, { least: 30, most: 30 });
    const other = async (again: Plan) => {
      const found = await needs(again);
      const what = { invariant: "I13", what: "a view is wrong", at: 0 };
      return again.orders.length < 30 ? { ...found, violations: [what] } : found;
    };
    const small = await shrink(plan, await needs(plan), { run: other });
    expect(small.plan.orders).toHaveLength(30);
  });

  it("is run again so often at most", async () => {
    const plan = planOf(5, { least: 30, most: 30 });
    const small = await shrink(plan, await needs(plan), { run: needs, most: 7 });
    expect(small.runs).toBe(7);
  });
});
