import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { copyFor, undisturbed } from "./copy.ts";

const home = mkdtempSync(join(tmpdir(), "lessons-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const FILE = "packages/core/src/publish-rows.ts";
const sabotage = [
  { file: FILE, find: "return [...left];", replace: "return [];" },
  { file: "packages/core/src/bus.ts", find: "BUS_BATCH = 10", replace: "BUS_BATCH = 9" },
];

describe("a learner's copy", () => {
  const left = join(home, "07.part-999999999");
  mkdirSync(left);
  const copy = copyFor("03", { home });
  const read = (file: string) => readFileSync(join(copy.root, file), "utf8");

  it("has what is the repository's, and nothing that was built or installed but by links", () => {
    expect(read(FILE)).toBe(readFileSync(FILE, "utf8"));
    expect(existsSync(join(copy.root, ".git"))).toBe(false);
    const own = join(copy.root, "services/orders/node_modules/@petstore/core/src/publish-rows.ts");
    expect(readFileSync(own, "utf8")).toBe(read(FILE));
    expect(copy.changed()).toEqual([]);
  });

  it("takes all of some patches, or none", () => {
    const missing = { file: FILE, find: "no such line", replace: "" };
    expect(() => copy.write([...sabotage, missing])).toThrow(/npm run lesson 3 -- --reset/);
    expect(copy.has(sabotage)).toBe(false);
    copy.write(sabotage);
    expect(copy.has(sabotage)).toBe(true);
    expect(copy.changed()).toEqual([]);
    expect(readFileSync(FILE, "utf8")).toContain("return [...left];");
  });

  it("knows whether patches are in it, those that only take away or only add, too", () => {
    const shorter = { file: FILE, find: "const ATTEMPTS = 5;", replace: "ATTEMPTS" };
    const longer = { file: FILE, find: "ATTEMPTS", replace: "const ATTEMPTS = 5;" };
    const text = read(FILE);
    expect([copy.has([shorter]), copy.has([longer])]).toEqual([false, true]);
    writeFileSync(join(copy.root, FILE), text.replace(shorter.find, shorter.replace));
    expect([copy.has([shorter]), copy.has([longer])]).toEqual([true, false]);
    writeFileSync(join(copy.root, FILE), text);
  });

  it("takes away, when it is made, what somebody left who was interrupted at that", () =>
    expect(existsSync(left)).toBe(false));

  it("knows what its learner has changed and begun, and is new again on request", () => {
    writeFileSync(join(copy.root, FILE), `${read(FILE)}// mine\n`);
    writeFileSync(join(copy.root, "notes.md"), "mine\n");
    expect(copy.changed()).toEqual(["notes.md", FILE]);
    expect(copyFor("03", { home }).changed()).toEqual(["notes.md", FILE]);
    copy.note("exercise");
    expect(copyFor("03", { home }).putIn()).toBe("exercise");
    const fresh = copyFor("03", { home, fresh: true });
    expect(fresh.changed()).toEqual([]);
    expect(fresh.putIn()).toBe("nothing");
    expect(read(FILE)).toBe(readFileSync(FILE, "utf8"));
  });

  it("says nothing of itself where it was changed, or made new, meanwhile", async () => {
    expect(await undisturbed(copy, async () => "graded")).toBe("graded");
    const broken = new Error("broken");
    await expect(undisturbed(copy, () => Promise.reject(broken))).rejects.toBe(broken);
    const saved = undisturbed(copy, async () => writeFileSync(join(copy.root, FILE), "mine"));
    await expect(saved).rejects.toThrow(`Your copy was changed meanwhile (${FILE})`);
    const renewed = undisturbed(copy, async () => {
      copyFor("03", { home, fresh: true });
      throw broken;
    });
    await expect(renewed).rejects.toThrow("Your copy was changed meanwhile");
  });

  it("is patched whatever its line ends are", () => {
    writeFileSync(join(copy.root, FILE), read(FILE).replaceAll("\n", "\r\n"));
    copy.write([
      { file: FILE, find: "};\n\n/** The next rows", replace: "};\n\n\n/** The next rows" },
    ]);
    expect(read(FILE)).toContain("};\r\n\r\n\r\n/** The next rows");
    expect(read(FILE)).not.toMatch(/[^\r]\n/);
  });
});
