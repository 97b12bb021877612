import { describe, expect, it } from "vitest";
import {
  type Case,
  type Cases,
  type FlowPoints,
  mixed,
  pairsOf,
  singlesOf,
  triplesOf,
} from "./cases.ts";

const flow = (name: string, points: number): FlowPoints => ({
  flow: name,
  points: Array.from({ length: points }, (_, i) => ({
    point: `${name} ${i}`,
    fits: ["delay", "lost-request"],
  })),
});
const recorded = [flow("a", 4), { flow: "b", points: [{ point: "b 0", fits: [] }] }, flow("c", 3)];
const all = ({ count, at }: Cases): Case[] => Array.from({ length: count }, (_, i) => at(i));
const places = ({ faults }: Case) => faults.map(({ point }) => point).join(", ");
const text = (one: Case) => JSON.stringify(one);

describe("the cases of a sweep", () => {
  it("singles: every fault that can befall a point, at every point, once", () => {
    const singles = all(singlesOf(recorded));
    expect(singles).toHaveLength((4 + 3) * 2);
    expect(new Set(singles.map(text)).size).toBe(singles.length);
    expect(singles[0]).toEqual({ flow: "a", faults: [{ point: "a 0", fault: "delay" }] });
  });

  it("pairs: every two points of one flow, in their order, once", () => {
    const pairs = all(pairsOf(recorded));
    expect(pairs.map(places)).toEqual([
      ...["a 0, a 1", "a 0, a 2", "a 1, a 2", "a 0, a 3", "a 1, a 3", "a 2, a 3"],
      ...["c 0, c 1", "c 0, c 2", "c 1, c 2"],
    ]);
    expect(all(pairsOf(recorded))).toEqual(pairs);
  });

  it("pairs of a flow of hundreds of points have two points each", () => {
    const { count, at } = pairsOf([flow("long", 700)]);
    expect(count).toBe((700 * 699) / 2);
    for (const index of [0, 1, 2, 3, 120_000, count - 1]) {
      const [first, second] = at(index).faults.map(({ point }) => Number(point.split(" ")[1]));
      expect(first).toBeLessThan(second as number);
      expect(second).toBeLessThan(700);
    }
    expect(places(at(count - 1))).toBe("long 698, long 699");
  });

  it("triples: three different points in their order, the same each time", () => {
    const triples = all(triplesOf([flow("a", 4), flow("c", 3)], 50));
    expect(triples).toEqual(all(triplesOf([flow("a", 4), flow("c", 3)], 50)));
    for (const { faults } of triples) {
      const points = faults.map(({ point }) => point);
      expect(new Set(points).size).toBe(3);
      expect(points).toEqual([...points].sort());
    }
    expect(new Set(triples.map(({ flow }) => flow))).toEqual(new Set(["a", "c"]));
  });

  it("mixed are the same cases, and a tenth of them is a tenth of each flow", () => {
    const singles = singlesOf([flow("a", 500), flow("c", 500)]);
    const shuffled = all(mixed(singles));
    expect(shuffled.map(text).sort()).toEqual(all(singles).map(text).sort());
    const tenth = shuffled.slice(0, 200).filter((one) => one.flow === "a");
    expect(tenth.length).toBeGreaterThan(90);
    expect(tenth.length).toBeLessThan(110);
  });
});
