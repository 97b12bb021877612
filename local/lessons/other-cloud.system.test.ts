import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Graph } from "emulator/boot/graph";
import { afterAll, expect, it } from "vitest";
import { codeOf } from "./code-of.ts";
import { copyFor } from "./copy.ts";
import type { Promised } from "./lesson.ts";
import { lessonOf } from "./lessons.ts";

const home = mkdtempSync(join(tmpdir(), "lessons-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What our checkout has, and had not when the copy was begun. */
const LATER = "ReportDailySales";

it("a copy that was begun before something was added to the checkout is graded in its own cloud, by its own code", async () => {
  const { root, write } = copyFor("03", { home });
  const file = join(root, "infra/graph.json");
  const { resources, functions, ...rest }: Graph = JSON.parse(readFileSync(file, "utf8"));
  const earlier = <Named extends { name: string }>(all: Named[]) =>
    all.filter(({ name }) => !name.startsWith(LATER));
  expect(earlier(functions).length).toBe(functions.length - 1);
  writeFileSync(
    file,
    JSON.stringify({ ...rest, resources: earlier(resources), functions: earlier(functions) }),
  );

  const namesOf: Promised = async ({ shop: { local } }) => {
    const { Functions } = await local.call("lambda", "ListFunctions");
    return Functions.map(({ FunctionName }: { FunctionName: string }) => FunctionName).join(" ");
  };
  const { lesson } = await lessonOf("03");
  write(lesson.sabotage);
  const code = await codeOf({ root });
  const names = await code.says(namesOf);
  expect(names).toContain("ReserveStock");
  expect(names).not.toContain(LATER);
  expect(await code.says(lesson.promise)).toBe(lesson.says);
  // And so are its seeds: this one meets no fault, without which the defect does no harm.
  const calm: Promised = async ({ seed }) => (await seed(1, { plain: true }))?.what;
  expect(await code.says(calm)).toBeUndefined();
});
