import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { pages, relinked } from "./line-links.ts";

const linksOf = (page: string) =>
  [...readFileSync(page, "utf8").matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
    .map(([, to = ""]) => to)
    .filter((to) => !/^[a-z]+:/.test(to));

describe("what is written", () => {
  it("links only to what is there", () => {
    expect(pages).toContain("README.md");
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((to) => !existsSync(join(dirname(page), to)))
        .map((to) => `${page}: ${to}`),
    );
    expect(broken).toEqual([]);
  });

  it("links to the lines that it speaks of: `npm run links` sets them anew", () => {
    const rotten = pages.flatMap((page) => {
      const { text, lost } = relinked(page);
      return text === readFileSync(page, "utf8") ? lost : [...lost, `${page}: npm run links`];
    });
    expect(rotten).toEqual([]);
  });

  it("names only commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
    const named = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/npm run ([a-z][a-z-:]*)/g)].map(
        ([, name = ""]) => name,
      ),
    );
    expect([...new Set(named)].filter((name) => !scripts[name])).toEqual([]);
  });
});
