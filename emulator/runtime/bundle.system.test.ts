import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BundleKind, createBundler } from "./bundle.ts";

describe("bundling", () => {
  let root: string;
  const write = (name: string, text: string) => writeFile(join(root, name), text);
  const bundler = (kind: BundleKind = "aws") =>
    createBundler({ kind, code: { root, cache: join(root, "cache") } });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "bundle-"));
    await mkdir(join(root, "lib"));
    await write("lib/greeting.ts", 'export const greeting: string = "hello";');
    await write(
      "one.ts",
      'import { greeting } from "./lib/greeting.ts";\nexport const handler = () => greeting;',
    );
    await write("two.ts", "export const handler = () => 2; export const other = 1;");
  });
  afterEach(() => rm(root, { recursive: true }));

  it("puts a handler and what it imports into one file that runs", async () => {
    const { path, exports, bytes } = await bundler().bundle("one.ts");
    const { handler } = await import(path);
    expect(handler()).toBe("hello");
    expect(exports).toEqual(["handler"]);
    expect(bytes).toBe((await readFile(path)).byteLength);
  });

  it("builds nothing again that did not change, and what changed", async () => {
    const before = await bundler().bundle("one.ts");
    await utimes(join(root, "one.ts"), 1, 1);
    await rm(join(root, "two.ts"));
    expect(await bundler().bundle("one.ts")).toEqual(before);
    await write("lib/greeting.ts", 'export const greeting: string = "good evening";');
    const after = await bundler().bundle("one.ts");
    expect(after.path).not.toBe(before.path);
    expect((await import(after.path)).handler()).toBe("good evening");
  });

  it("reports the sizes of what was asked for", async () => {
    const bundles = bundler();
    const [one, two] = await Promise.all([bundles.bundle("one.ts"), bundles.bundle("two.ts")]);
    expect(bundles.sizes()).toEqual({ "one.ts": one.bytes, "two.ts": two.bytes });
  });

  it("names the handler that does not compile, and builds the others", async () => {
    await write("broken.ts", "export const handler = (");
    const bundles = bundler();
    const [one, broken, missing] = await Promise.allSettled(
      ["one.ts", "broken.ts", "missing.ts"].map((file) => bundles.bundle(file)),
    );
    expect(one).toMatchObject({ status: "fulfilled" });
    expect(broken).toMatchObject({
      reason: {
        message: expect.stringMatching(/^broken\.ts does not compile\.\nbroken\.ts: Unex/),
      },
    });
    expect(missing).toMatchObject({ reason: { message: "There is no file missing.ts." } });
  });
});
