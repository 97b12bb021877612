import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { titlesIn } from "./test-titles.ts";

const PAGE = "docs/mutants.md";
const rows = [...readFileSync(PAGE, "utf8").matchAll(/^\| (\d+) +\| .+ \|$/gm)];
const LINK = /\[((?:`[^`]+`)|(?:\\.|[^\]`])+)\]\(\.\.\/([^)]+)\)/g;

/** The links of a row: to a line of ours, as code, or to a test, by its title. */
const linksOf = (row: string) =>
  [...row.matchAll(LINK)].map(([, text = "", file = ""]) => ({
    code: /^`(.+)`$/.exec(text)?.[1]?.replaceAll("\\|", "|"),
    title: text.replaceAll(/\\(.)/g, "$1"),
    file: join(file),
  }));

const source = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");
const hasTest = (file: string, title: string) =>
  titlesIn(file, source(file), /^$/).some(({ text }) => text === title);

describe("the page of other people's defects", () => {
  it("has each of the 25", () => {
    expect(rows.map(([, number]) => Number(number))).toEqual(
      Array.from({ length: 25 }, (_, i) => i + 1),
    );
  });

  it.each(rows.map(([row, number]) => [number, linksOf(row)] as const))(
    "names lines and tests that exist (%s)",
    (_, links) => {
      const lines = links.filter(({ code }) => code !== undefined);
      const tests = links.filter(({ code }) => code === undefined);
      expect([lines.length > 0, tests.length > 0]).toEqual([true, true]);
      expect(lines.filter(({ code, file }) => !source(file).includes(code as string))).toEqual([]);
      expect(tests.filter(({ title, file }) => !hasTest(file, title))).toEqual([]);
    },
  );
});
