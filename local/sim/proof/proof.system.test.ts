import { describe, expect, it } from "vitest";
import type { Part } from "./parts.ts";
import { runPart } from "./run-part.ts";
import { notBegun, type Proof } from "./standing.ts";
import { runTask, type Task } from "./task.ts";

const size = { least: 3, most: 3 };

describe("a task of the proof", () => {
  it.each<[what: string, task: Task, count: number]>([
    ["a seed", { do: "seed", seed: 1, size }, 1],
    [
      "a fault in a flow",
      {
        do: "case",
        one: {
          flow: "out-of-stock",
          faults: [
            {
              point: "ReserveStock dynamodb.TransactWriteItems:Inventory order-1 #1",
              fault: "throttle",
            },
          ],
        },
      },
      1,
    ],
    ["a mutant", { do: "mutant", name: "events-after-the-commit", first: 1, most: 3 }, 1],
    ["some histories", { do: "histories", seed: 1, count: 2 }, 2],
    ["some input", { do: "fuzz", door: "tokens", seed: 1, count: 10 }, 10],
  ])("can be %s", async (_, task, count) => {
    const result = await runTask(task);
    expect(result).toMatchObject({ count, broken: [] });
  });

  it("is broken where a mutant is not found", async () => {
    const task: Task = { do: "mutant", name: "events-after-the-commit", first: 1, most: 0 };
    expect((await runTask(task)).broken).toEqual([
      "events-after-the-commit is not found in 0 runs",
    ]);
  });
});

describe("a part of the proof", () => {
  const part = (more: Partial<Part> = {}): Part => ({
    ...{ name: "seeds", counts: "seeds", shows: "it holds", share: 1, whole: 2 },
    tasks: { count: 2, at: (index) => ({ do: "seed", seed: index + 1, size }) },
    ...more,
  });
  const until = Number.POSITIVE_INFINITY;
  const run = async (proof: Proof, one: Part, stop = new AbortController().signal) => {
    const standing = proof.parts[one.name] ?? notBegun();
    proof.parts[one.name] = standing;
    await runPart(one, standing, proof, { workers: 1, until, stop, told: () => {} });
    return standing;
  };

  it("runs what is left of it, and finds where another process tells another story", async () => {
    const proof: Proof = { commit: "abc", reached: [], parts: {} };
    const seeds = await run(proof, part());
    expect(seeds).toMatchObject({ next: 2, count: 2, broken: [] });
    expect(proof.reached).toContain("order PLACED -> CONFIRMED");
    seeds.hashes[1] = "another";
    const again = await run(proof, part({ name: "hashes", sameAs: "seeds" }));
    expect(again.broken).toEqual(["task 1 was another story before"]);
    expect((await run(proof, part())).count).toBe(2);
    // What has nothing to be compared with is not counted as compared.
    const alone = { ...proof, parts: {} };
    expect((await run(alone, part({ name: "hashes", sameAs: "seeds" }))).count).toBe(0);
  });

  it("begins nothing any more when it was stopped", async () => {
    const stop = AbortSignal.abort();
    expect(await run({ commit: "abc", reached: [], parts: {} }, part(), stop)).toEqual(notBegun());
  });
});
