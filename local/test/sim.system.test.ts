import { describe, expect, it } from "vitest";
import { shopGraph } from "../repository.ts";
import { faultNames } from "../sim/faults/index.ts";
import { type Plan, planOf, small } from "../sim/plan.ts";
import { unreached } from "../sim/reached.ts";
import { exactly } from "../sim/shrink.ts";
import { simulate } from "../sim/simulate.ts";
import type { Asked, Ran } from "../sim/worker.ts";
import { startWorkers } from "../sim/workers.ts";
import { holds } from "./sim-seeds.ts";

/** How many runs, from which seed on, and how many seeds have to give the same run in two processes. */
const { SIM_SEEDS = "100", SIM_FROM = "1", SIM_HASHES = "3" } = process.env;
const SEEDS = Array.from({ length: Number(SIM_SEEDS) }, (_, i) => i + Number(SIM_FROM));

describe("whole shops, whatever goes wrong in them", () => {
  const reached = new Set<string>();

  it.each(SEEDS)(
    "I1 I2 I3 I5 I6 I7 I8 I9 I10 I11 I12 I13 I15 I17 I18 every promise holds, in our books and in three others (seed %i)",
    async (seed) => {
      for (const one of (await holds(seed)).reached) reached.add(one);
    },
  );

  it("meet every kind of fault, every compensation, every way that an order goes", () => {
    // What is rarer than that is looked for in the night.
    if (SEEDS.length < 100) return;
    const missing = unreached(shopGraph(), reached);
    expect(missing.filter((one) => /^fault /.test(one))).toEqual([]);
    // Of a return that nobody can bring to its end there is one in hundreds of runs.
    const common = missing.filter((one) => !/^step ReturnOrder\.(Mark)?NeedsAttention$/.test(one));
    expect(common.filter((one) => /^step /.test(one))).toEqual([]);
    if (SEEDS.length >= 2000) expect(missing).toEqual([]);
  });
});

/** A plan in which anything goes wrong now and then. */
const stirred: Plan = { ...planOf(6), faults: { kind: "swarm", kinds: faultNames, chance: 0.004 } };

const hashed = (plan: Plan) => simulate(plan, { hashed: true });

describe("a run", () => {
  it("is the same each time, entry by entry, and its faults by their points make the same one", async () => {
    const first = await hashed(stirred);
    expect(first.done.length).toBeGreaterThan(3);
    expect((await hashed(stirred)).hash).toBe(first.hash);
    expect((await hashed(exactly(stirred, first.done))).hash).toBe(first.hash);
    expect((await hashed({ ...stirred, seed: 7 })).hash).not.toBe(first.hash);
  });

  it("is the same in another process", async () => {
    const there = new Map<number, string | undefined>();
    let seed = 1;
    const program = new URL("../sim/worker.ts", import.meta.url);
    const next = () => (seed <= Number(SIM_HASHES) ? { seed: seed++, size: small } : undefined);
    await startWorkers<Asked, Ran>(program, 1).run(next, (ran) => {
      if (!("died" in ran)) there.set(ran.seed, ran.hash);
    });
    expect(there.size).toBe(Number(SIM_HASHES));
    for (const [seed, hash] of there)
      expect((await hashed(planOf(seed, small))).hash, `seed ${seed}`).toBe(hash);
  });

  it("goes on as it did elsewhere when one fault is taken away", async () => {
    const { done, points } = await simulate(stirred);
    const gone = done.find(({ point }) => / order-\d+ #/.test(point));
    const subject = ` ${gone?.point.split(" ")[2]} `;
    const without = await simulate(
      exactly(
        stirred,
        done.filter((one) => one !== gone),
      ),
    );
    expect(without.done).not.toContainEqual(gone);
    // The other orders are placed by the same calls.
    const elsewhere = (all: string[]) =>
      all
        .filter((point) => /^OrdersApi dynamodb.Transact.* order-\d+ #1$/.test(point))
        .filter((point) => !point.includes(subject))
        .sort();
    expect(elsewhere(points).length).toBeGreaterThan(1);
    expect(elsewhere(without.points)).toEqual(elsewhere(points));
  });
});
