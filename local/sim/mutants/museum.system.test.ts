import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../../repository.ts";
import { hunt } from "./hunt.ts";
import type { Measured } from "./measure.ts";
import { museum } from "./museum.ts";

const file = join(repositoryRoot, "docs/proof/mutants.json");
const measured: Measured[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];

/** Where a run went another way than when it was measured, the next seeds find the defect as well. */
const MOST = 12;

describe("a defect in the shop", () => {
  it.each(
    museum.filter(({ elsewhere }) => !elsewhere).map((mutant) => [mutant.name, mutant] as const),
  )("is found by the simulator: %s", async (name, mutant) => {
    const first = measured.find((one) => one.name === name)?.seed ?? 1;
    const { brought } = mutant;
    expect(await hunt(mutant, { first, most: MOST, brought })).toBeDefined();
  });
});
