import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readOptions } from "./options.ts";
import { planOf } from "./plan.ts";
import { readPlan } from "./plan-file.ts";
import { exactly } from "./shrink.ts";

const folder = mkdtempSync(join(tmpdir(), "sim-plan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (text: string) => {
  const file = join(folder, "plan.json");
  writeFileSync(file, text);
  return file;
};

describe("the plan of a seed", () => {
  it("is the same each time, and another for another seed", () => {
    expect(planOf(7)).toEqual(planOf(7));
    expect(planOf(7)).not.toEqual(planOf(8));
  });

  it("gives an order the same wishes, however many others there are", () => {
    const [few, many] = [planOf(7, { least: 3, most: 3 }), planOf(7, { least: 40, most: 40 })];
    expect(many.orders.slice(0, 3)).toEqual(few.orders);
  });

  it("has three to forty orders, every card, cancels at every moment, all that staff does", () => {
    const plans = Array.from({ length: 400 }, (_, seed) => planOf(seed));
    const counts = plans.map(({ orders }) => orders.length);
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([3, 40]);
    const cards = new Set(plans.flatMap(({ orders }) => orders.map(({ card }) => card)));
    expect(cards.size).toBe(12);
    const acts = plans.flatMap((plan) => plan.acts);
    const moments = acts.flatMap(({ do: what, when }) =>
      what === "cancel" && "moment" in when ? [when.moment] : [],
    );
    expect(new Set(moments).size).toBe(8);
    expect(new Set(acts.map((act) => act.do)).size).toBe(9);
  });

  it("arms a random subset of the faults", () => {
    const armed = Array.from({ length: 400 }, (_, seed) => {
      const { faults } = planOf(seed);
      return faults.kind === "swarm" ? faults.kinds.length : 0;
    });
    expect(new Set(armed).size).toBeGreaterThan(15);
  });
});

describe("a plan in a file", () => {
  it("is the plan that was written", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const plan = planOf(seed);
      expect(readPlan(fileOf(JSON.stringify(plan)))).toEqual(plan);
    }
    const plan = exactly(planOf(1), [{ point: "A b.C order-1 #1", fault: "zombie" }]);
    expect(readPlan(fileOf(JSON.stringify(plan)))).toEqual(plan);
  });

  const plan = planOf(1);
  it.each([
    ["no JSON", "{", /is not JSON/],
    ["nothing", "null", /is not a plan/],
    ["of another version", JSON.stringify({ ...plan, version: 2 }), /plan of version 2/],
    ["without orders", JSON.stringify({ ...plan, orders: undefined }), /orders/],
    [
      "with a fault that there is not",
      JSON.stringify(exactly(plan, [{ point: "A", fault: "flood" as never }])),
      /faults\.points\.0\.fault/,
    ],
  ])("that is %s is refused in one sentence", (_, text, told) => {
    expect(() => readPlan(fileOf(text))).toThrow(told);
  });

  it("that is not there is refused in one sentence", () =>
    expect(() => readPlan(join(folder, "none.json"))).toThrow(/There is no file/));
});

describe("npm run sim", () => {
  it.each([
    [["--seeds", "0"], /--seeds is a whole number from 1/],
    [["--seeds", "many"], /not "many"/],
    [["--orders", "9..3"], /--orders is A\.\.B/],
    [["--orders", ""], /--orders is A\.\.B/],
    [["--workers", "-1"], /--workers is a whole number|--help/],
    [["--replay", "x", "--seeds", "3"], /takes no other option/],
    [["--fast"], /--help/],
    [["17"], /--help/],
  ])("refuses %j in one sentence", (args, told) => {
    expect(() => readOptions(args)).toThrow(told);
  });

  it("runs a hundred seeds from the first where nothing is said, and until the time is over where only that is", () => {
    expect(readOptions([])).toMatchObject({ from: 1, seeds: 100, size: { least: 3, most: 40 } });
    expect(readOptions(["--seconds", "60"]).seeds).toBeGreaterThan(1e9);
    expect(readOptions(["--orders", "5"]).size).toEqual({ least: 5, most: 5 });
  });
});
