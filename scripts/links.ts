import { readFileSync, writeFileSync } from "node:fs";
import { pages, relinked } from "./line-links.ts";

// Sets every link to a line, in every page, to where its text stands now.
let written = 0;
const lost: string[] = [];
for (const page of pages) {
  const after = relinked(page);
  lost.push(...after.lost);
  if (after.text === readFileSync(page, "utf8")) continue;
  writeFileSync(page, after.text);
  written += 1;
}
process.stdout.write(`${written} pages written.\n`);
if (lost.length > 0) {
  process.stderr.write(`${lost.join("\n")}\n`);
  process.exit(1);
}
