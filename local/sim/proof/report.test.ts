import { describe, expect, it } from "vitest";
import { shopGraph } from "../../repository.ts";
import { type Part, partsOf } from "./parts.ts";
import { isWhole, notReached, proofPart } from "./report.ts";
import { notBegun, type Proof } from "./standing.ts";

const point = "OrdersApi dynamodb.GetItem:Orders order-1 #1";
const recorded = [
  { flow: "happy", points: [{ point, fits: ["delay" as const, "throttle" as const] }] },
];
const parts = partsOf(recorded);
const count = (name: string) => parts.find((part) => part.name === name)?.tasks.count as number;
const proof = (more: Partial<Proof> = {}): Proof => ({
  commit: "abc",
  reached: [],
  parts: {},
  ...more,
});

describe("the proof of a night", () => {
  it("knows each kind of fault at each operation that was not reached, each edge and each undo", () => {
    const reached = ["fault delay at dynamodb.GetItem", "order PLACED -> CONFIRMED"];
    const missing = notReached(shopGraph(), recorded, proof({ reached }));
    expect(missing).not.toContain("fault delay at dynamodb.GetItem");
    expect(missing).not.toContain("order PLACED -> CONFIRMED");
    expect(missing).toContain("fault throttle at dynamodb.GetItem");
    expect(missing).toContain("order PLACED -> REJECTING");
    expect(missing).toContain("step FulfilOrder.ReleaseStock");
    expect(notReached(shopGraph(), recorded, proof({ reached: missing.concat(reached) }))).toEqual(
      [],
    );
  });

  it("takes what was not reached for a fault when all seeds and one fault of each kind were run, and not before", () => {
    const done = (name: string) => ({ ...notBegun(), next: count(name) });
    expect(isWhole(parts, proof({ parts: { seeds: done("seeds") } }))).toBe(false);
    const whole = { seeds: done("seeds"), kinds: done("kinds") };
    expect(isWhole(parts, proof({ parts: whole }))).toBe(true);
  });

  it("is a table with what was done of how much, and a list of what broke", () => {
    const seeds = {
      ...notBegun(),
      count: 1_234,
      ms: 5_000,
      broken: ["seed 7 breaks I2: 3 + 4 is not 8"],
    };
    const killed = { kills: 40, wanted: 500, orders: 800, broken: [] };
    const page = proofPart(proof({ parts: { seeds } }), parts, ["step X.Y"], killed);
    expect(page).toContain("| 1,234 of 10,000 | 1 | 5 |");
    expect(page).toContain("| 40 of 500 | 0 |");
    expect(page).toContain("- seeds: seed 7 breaks I2: 3 + 4 is not 8");
    expect(page).toContain("Not reached so far: step X.Y.");
  });

  it("has parts whose shares of the time are a hundred, the kills' ten among them", () =>
    expect(parts.reduce((sum, { share }: Part) => sum + share, 10)).toBe(100));
});
