import { globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "vitest";

const importers = (lock: string) =>
  [
    ...((lock.split(/^importers:$/m)[1] ?? "")
      .split(/^packages:$/m)[0]
      ?.matchAll(/^ {2}(\S+):$/gm) ?? []),
  ].map(([, name]) => name);

it("is known to pnpm-lock.yaml in all its packages, so that every clone can install them", () => {
  const packages = globSync(["package.json", "*/package.json", "*/*/package.json"], {
    exclude: ["**/node_modules/**", ".*/**"],
  }).map((file) => dirname(file).replaceAll("\\", "/"));
  const known = importers(readFileSync("pnpm-lock.yaml", "utf8"));
  const unknown = packages.filter((name) => !known.includes(name));
  const tell = `pnpm-lock.yaml has no importer for ${unknown.join(", ")}: run \`npm run pnpm -- install\``;
  expect(unknown, tell).toEqual([]);
  expect(packages.length).toBeGreaterThan(5);
});
