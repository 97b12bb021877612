import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CannotStart } from "../kernel/refusals.ts";
import type { BundleKind } from "./build.ts";
import { createBundler } from "./bundle.ts";

describe("bundling", () => {
  let base: string;
  let root: string;
  const write = (name: string, text: string) => writeFile(join(root, name), text);
  const bundler = (kind: BundleKind = "aws") =>
    createBundler({ kind, code: { root, cache: join(root, "cache") } });

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "bundle-"));
    root = join(base, "here");
    await mkdir(root);
    await mkdir(join(root, "lib"));
    await write("lib/greeting.ts", 'export const greeting: string = "hello";');
    await write(
      "one.ts",
      'import { greeting } from "./lib/greeting.ts";\nexport const handler = () => greeting;',
    );
    await write("two.ts", "export const handler = () => 2; export const other = 1;");
  });
  afterEach(() => rm(base, { recursive: true }));

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

  it("builds anew what only took a number from a file that has another one now", async () => {
    await write("lib/number.ts", "export const seconds = 60;");
    await write(
      "three.ts",
      'import { seconds } from "./lib/number.ts";\nexport const handler = () => seconds;',
    );
    const before = await bundler().bundle("three.ts");
    await write("lib/number.ts", "export const seconds = 90;");
    const after = await bundler().bundle("three.ts");
    expect([before.path, after.path].map((path) => path !== before.path)).toEqual([false, true]);
    expect((await import(after.path)).handler()).toBe(90);
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
        message: "broken.ts does not compile: broken.ts:1: Unexpected end of file",
      },
    });
    expect(missing).toMatchObject({ reason: { message: "There is no file missing.ts." } });
  });

  it.each([
    ["another folder", "../elsewhere.ts"],
    ["another folder, by a way around", "lib/../../elsewhere.ts"],
    ["a folder above", ".."],
    ["a link", "link.ts"],
    ["a link to a folder", "folder/elsewhere.ts"],
  ])("refuses a path that leads out of the root: %s", async (_title, file) => {
    await writeFile(join(base, "elsewhere.ts"), "export const handler = () => 1;");
    await symlink(join(base, "elsewhere.ts"), join(root, "link.ts"));
    await symlink(base, join(root, "folder"), "junction");
    await expect(bundler().bundle(file)).rejects.toThrow(
      `${file} leads out of the folder that handlers are in.`,
    );
  });

  it.each(["..\\one.ts", "lib\\..\\one.ts", "one.ts\0.txt", "C:one.ts", "/one.ts"])(
    "refuses a path that is not a relative one with slashes: %j",
    async (file) => {
      await expect(bundler().bundle(file)).rejects.toThrow(
        `${JSON.stringify(file)} is not a relative path with slashes.`,
      );
    },
  );

  it("takes a path as it is, and decodes nothing", async () => {
    for (const file of ["..%2fone.ts", "%2e%2e/one.ts", "data:text/javascript,1", "one.ts?a"])
      await expect(bundler().bundle(file)).rejects.toThrow(`There is no file ${file}.`);
    await expect(bundler().bundle("lib")).rejects.toThrow("lib is no file.");
    await expect(bundler().bundle("")).rejects.toThrow(" is no file.");
  });

  it("follows a link that stays in the root", async () => {
    await symlink(join(root, "one.ts"), join(root, "lib", "link.ts"));
    expect((await bundler().bundle("lib/link.ts")).exports).toEqual(["handler"]);
  });

  it("keeps files apart whose names are alike", async () => {
    const files = ["lib/a.ts", "lib_a.ts", "lib-ä.ts", "lib-ü.ts", "#1.ts", "50%25.ts"];
    await Promise.all(files.map((file) => write(file, `export const handler = () => "${file}";`)));
    const bundles = bundler();
    for (const { path, file } of await Promise.all(files.map((file) => bundles.bundle(file))))
      expect((await import(pathToFileURL(path).href)).handler()).toBe(file);
  });

  it("keeps the last three of a handler, and none of one that is gone", async () => {
    await bundler().bundle("two.ts");
    const kept = () => readdir(join(root, "cache/bundles/aws"));
    expect(await kept()).toHaveLength(2);
    for (let i = 0; i < 6; i++) {
      await write("one.ts", `export const handler = () => ${i};`);
      const { path } = await bundler().bundle("one.ts");
      expect((await import(pathToFileURL(path).href)).handler()).toBe(i);
    }
    expect(await kept()).toHaveLength(2 + 4);
    await rm(join(root, "two.ts"));
    const old = new Date(Date.now() - 25 * 3600_000);
    for (const name of await kept())
      if (name.startsWith("two")) await utimes(join(root, "cache/bundles/aws", name), old, old);
    await write("one.ts", "export const handler = () => 7;");
    await bundler().bundle("one.ts");
    expect((await kept()).filter((name) => !name.startsWith("one"))).toEqual([]);
  });

  it("goes elsewhere where it cannot write, and says so in one sentence where it cannot at all", async () => {
    const code = { root, cache: join(root, "one.ts") }; // a file: no system makes a folder in it
    const { path } = await createBundler({ kind: "aws", code }).bundle("one.ts");
    expect(path.startsWith(tmpdir())).toBe(true);
    expect((await import(pathToFileURL(path).href)).handler()).toBe("hello");
    await rm(dirname(path), { recursive: true });
    vi.stubEnv("TMPDIR", join(root, "nowhere")).stubEnv("TEMP", join(root, "nowhere"));
    try {
      await expect(createBundler({ kind: "aws", code }).bundle("one.ts")).rejects.toThrow(
        new CannotStart(
          `Bundles of functions cannot be written to ${join(root, "one.ts/bundles/aws")} (ENOTDIR).`,
        ),
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
