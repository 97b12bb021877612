import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { graph } from "./synth/read-graph.ts";

const root = join(import.meta.dirname, "..");

/** The files of this repository that a file runs, itself among them. Types are not run. */
const runs = (file: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(file) || file.endsWith(".json")) return seen;
  seen.add(file);
  const source = readFileSync(join(root, file), "utf8");
  for (const [, to = ""] of source.matchAll(/^(?:import|export) (?!type )[^;]*?"([^"]+)"/gm)) {
    if (to.startsWith(".")) runs(join(file, "..", to), seen);
    const [, name, path] = /^@petstore\/(core|events)\/(.+)$/.exec(to) ?? [];
    if (name) runs(join("packages", name, "src", `${path}.ts`), seen);
  }
  return seen;
};

/** What the code of a handler looks up under `Resource`. */
const lookups = (handler: string) => {
  const files = [...runs(handler.replace(/\.handler$/, ".ts"))];
  const names = files.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/\bResource\.([A-Z]\w+)/g)].map(
      ([, name]) => name as string,
    ),
  );
  return [...new Set(names)].sort();
};

describe("every function", () => {
  it.each(graph.functions.map((fn) => [fn.name, fn] as const))(
    "%s is linked to what its code looks up, and to nothing else",
    (_, { handler, links }) => {
      expect(Object.keys(links).sort()).toEqual(lookups(handler));
    },
  );
});
