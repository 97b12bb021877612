import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "emulator/boot/graph";
import { patched } from "emulator/runtime/patch";
import { describe, expect, it } from "vitest";
import { code, repositoryRoot, shopGraph } from "../../repository.ts";
import { museum } from "./museum.ts";
import { recompiled, variantOf } from "./variant.ts";

const definitionsOf = ({ resources }: Graph) =>
  resources
    .filter(({ type }) => type.endsWith(":StateMachine"))
    .map(({ inputs }) => JSON.parse(String(inputs.definition)));

const textOf = (file: string) => readFileSync(join(repositoryRoot, file), "utf8");

describe("the museum of mutants", () => {
  it("has the 25 defects of published systems, and twenty of our own", () => {
    const numbers = new Set(museum.flatMap(({ published }) => published ?? []));
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    expect(museum.filter(({ published }) => !published).length).toBeGreaterThanOrEqual(20);
    expect(new Set(museum.map(({ name }) => name)).size).toBe(museum.length);
  });

  it.each(museum.map((mutant) => [mutant.name, mutant] as const))(
    "finds the place of %s, exactly once",
    async (_, mutant) => {
      const byFile = Map.groupBy(mutant.patches ?? [], ({ file }) => file);
      for (const [file, its] of byFile) expect(patched(textOf(file), its)).not.toBe(textOf(file));
      const { graph } = await variantOf(mutant);
      const isOfLadder = [...byFile.keys()].some((file) => /\/(saga|state-machine)/.test(file));
      const changed = (mutant.graph?.length ?? 0) > 0 || isOfLadder;
      expect(graph !== undefined).toBe(changed);
      expect(JSON.stringify(graph)).not.toBe(JSON.stringify(shopGraph()));
    },
  );

  it("compiles the ladders that are not patched to what the graph has", async () => {
    const graph = await recompiled(shopGraph(), code);
    expect(definitionsOf(graph)).toEqual(definitionsOf(shopGraph()));
  });

  it("is nowhere in what is deployed", () => {
    expect(code.patches).toBeUndefined();
    const deployed = globSync("{services,packages,infra}/**/*.ts", {
      cwd: repositoryRoot,
      exclude: ["**/node_modules/**", "**/*.test.ts"],
    });
    expect(deployed.length).toBeGreaterThan(100);
    const words = /\bmutants?\b|\bpatches\b|sim\/mutants/i;
    expect(deployed.filter((file) => words.test(textOf(file)))).toEqual([]);
  });
});
