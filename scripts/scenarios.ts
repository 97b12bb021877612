import { readFileSync, writeFileSync } from "node:fs";
import { coverageOf, NUMBER, PAGE, untested, withTests } from "./scenario-table.ts";
import { allTitles } from "./test-titles.ts";

const page = readFileSync(PAGE, "utf8");
const titles = allTitles(NUMBER);

const missing = untested(page, titles);
const { size } = coverageOf(page, titles);
process.stdout.write(`${size - missing.length} of ${size} numbers are in the title of a test.\n`);

if (missing.length > 0) {
  process.stderr.write(`No test names ${missing.join(", ")}; ${PAGE} stays as it is.\n`);
  process.exitCode = 1;
} else if (!process.argv.includes("--check")) {
  writeFileSync(PAGE, withTests(page, titles));
}
