import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { fast: { type: "boolean", default: false } } });

/** Everything that is checked, here and in CI, in the order in which it fails soonest. */
const checks: [what: string, command: string, args: string[]][] = [
  ["format and lint", "biome", ["ci", "--error-on-warnings", "."]],
  ["types", "tsc", ["--noEmit"]],
  ["dead code", "knip", ["--no-progress"]],
  ["tests", "vitest", ["run"]],
];

for (const [what, command, args] of values.fast ? checks.slice(0, 3) : checks) {
  process.stderr.write(`\n=== ${what}: ${command} ${args.join(" ")}\n`);
  const { status, error } = spawnSync(command, args, {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error || status !== 0) {
    process.stderr.write(`\nThe check "${what}" failed${error ? `: ${error.message}` : ""}.\n`);
    process.exit(1);
  }
}
process.stderr.write("\nAll checks passed.\n");
