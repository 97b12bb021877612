import { readFileSync, writeFileSync } from "node:fs";
import { coverageOf, lostNumbers, NUMBER, PAGE, withTests } from "./scenario-table.ts";
import { allTitles } from "./test-titles.ts";

const page = readFileSync(PAGE, "utf8");
const titles = allTitles(NUMBER);

const coverage = [...coverageOf(page, titles)];
const open = coverage.filter(([, tests]) => tests.length === 0).map(([number]) => number);
process.stdout.write(
  `${coverage.length - open.length} of ${coverage.length} numbers are in the title of a test. Not yet: ${open.join(", ") || "none"}.\n`,
);

const lost = lostNumbers(page, titles);
if (lost.length > 0) {
  process.stderr.write(
    `${lost.join(", ")} had a test and has none any more; ${PAGE} stays as it is.\nWhere that is meant, write "not yet" in its row by hand.\n`,
  );
  process.exitCode = 1;
} else if (process.argv.includes("--check")) {
  process.exitCode = 0;
} else {
  writeFileSync(PAGE, withTests(page, titles));
}
