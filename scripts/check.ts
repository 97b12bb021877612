import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";

const REPORT = ".petstore/tests.json";

type Check = [what: string, command: string, args: string[]];

// SST's components are 323 MB: CI installs them; elsewhere infra/ is checked once `npm run synth` has.
const ci = process.env.CI !== undefined;
const installed = existsSync(".sst/provider-lock.json");
const graph: Check = ["graph", "node", ["infra/synth/synth.ts", "--check"]];
const infra: Check = ["types of infra", "tsc", ["--noEmit", "-p", "infra"]];

/** Everything that is checked, here and in CI, in the order in which it fails soonest. */
const checks: Check[] = [
  ...(ci && !installed ? [graph] : []),
  ["format and lint", "biome", ["ci", "--error-on-warnings", "."]],
  ["types", "tsc", ["--noEmit"]],
  ...(ci || installed ? [infra] : []),
  ["dead code", "knip", ["--no-progress"]],
  [
    "tests",
    "vitest",
    [
      ...["run", "--silent=passed-only"],
      ...["--reporter=dot", "--reporter=json", `--outputFile.json=${REPORT}`],
    ],
  ],
];

const say = (line: string) => process.stderr.write(`${line}\n`);

rmSync(REPORT, { force: true });
const failed: string[] = [];
for (const [what, command, args] of checks) {
  say(`\n=== ${what}: ${command} ${args.join(" ")}`);
  const { status, error } = spawnSync(command, args, {
    stdio: "inherit",
    // Colours are for a terminal; vitest would send them to any CI.
    env: { ...process.env, ...(!process.stderr.isTTY && { NO_COLOR: "1" }) },
    shell: process.platform === "win32",
  });
  if (error) say(error.message);
  if (error || status !== 0) failed.push(what);
}

const { numPassedTests = 0, numFailedTests = 0 } = existsSync(REPORT)
  ? JSON.parse(readFileSync(REPORT, "utf8"))
  : {};
say(failed.length > 0 ? `\nFailed: ${failed.join(", ")}.` : "\nAll checks passed.");
process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed\n`);
process.exit(failed.length > 0 ? 1 : 0);
