import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundlerOf } from "./bundle.ts";
import type { Patch } from "./patch.ts";

const patch: Patch = { file: "lib.ts", find: "1 + 1", replace: "3" };

const withFiles = () => {
  const root = mkdtempSync(join(tmpdir(), "patch-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const code = { root, cache: join(root, "cache") };
  const write = (name: string, text: string) => writeFileSync(join(root, name), text);
  write("lib.ts", "export const sum = 1 + 1;");
  write("uses.ts", 'import { sum } from "./lib.ts";\nexport const handler = () => sum;');
  write("other.ts", "export const handler = () => 1 + 1;");
  return { code, write };
};

const answerOf = async (path: string) => (await import(pathToFileURL(path).href)).handler();

describe("a patch", () => {
  it("is in the bundles that its file is in, and all others are the same files", async () => {
    const { code } = withFiles();
    const plain = bundlerOf("aws", code);
    const changed = bundlerOf("aws", { ...code, patches: [patch] });
    const before = await plain.bundle("uses.ts");
    const after = await changed.bundle("uses.ts");
    expect([await answerOf(before.path), await answerOf(after.path)]).toEqual([2, 3]);
    expect(await changed.bundle("other.ts")).toEqual(await plain.bundle("other.ts"));
  });

  it("leaves no trace in what is built without it afterwards", async () => {
    const { code } = withFiles();
    const mark = { ...patch, replace: "303" };
    await bundlerOf("aws", { ...code, patches: [mark] }).bundle("uses.ts");
    const { path } = await bundlerOf("aws", code).bundle("uses.ts");
    expect(await answerOf(path)).toBe(2);
    const folder = join(code.cache, "bundles/aws");
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    expect(texts.filter((text) => text.includes("303"))).toEqual([]);
  });

  it("is bundled anew when its file changes elsewhere", async () => {
    const { code, write } = withFiles();
    const changed = bundlerOf("aws", { ...code, patches: [patch] });
    await changed.bundle("uses.ts");
    write("lib.ts", "export const sum = 10 * (1 + 1);");
    expect(await answerOf((await changed.again("uses.ts")).path)).toBe(30);
  });

  it.each([
    ["whose place is gone", "export const sum = 2;", 'has no place "1 + 1"'],
    [
      "that has two places",
      "export const sum = 1 + 1 - (1 + 1);",
      'has more than one place "1 + 1"',
    ],
  ])("is refused %s", async (_, text, why) => {
    const { code, write } = withFiles();
    write("lib.ts", text);
    const built = bundlerOf("aws", { ...code, patches: [patch] }).bundle("uses.ts");
    await expect(built).rejects.toThrow(`lib.ts ${why}.`);
  });
});
