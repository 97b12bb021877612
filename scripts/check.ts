import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { slowest, type TestReport } from "./slowest.ts";

const help = `Checks everything: format, lint, types, dead code, and all tests. About eight minutes on two cores.

  npm test -- <path> ...   only the tests in files whose path has this in it, and nothing else
  npm test -- -t <name>    only the tests whose name has this in it, and nothing else
  npm test -- --quick      about a minute on two cores: format, lint, types, the tests of the shop's single parts, and of
                           the whole shop the sagas, idempotency and budgets
  npm test -- --help       this text
`;

// One that runs inside of another, as a test, leaves the other's alone.
const report = (number: number) => `.petstore/tests-${process.pid}-${number}.json`;
const QUICK = ["sagas", "idempotency", "budgets"].map((name) => `local/test/${name}`);

type Check = [what: string, command: string, args: string[]];

let reports = 0;
const tests = (...args: string[]): Check => [
  "tests",
  "vitest",
  [
    "run",
    "--silent=passed-only",
    "--reporter=json",
    `--outputFile.json=${report(reports++)}`,
    ...args,
  ],
];

// SST's components are 324 MB: CI installs them; elsewhere infra/ is checked once `npm run synth` has.
const ci = process.env.CI !== undefined;
const installed = existsSync(".sst/provider-lock.json");
const stale: Check = ["graph", "node", ["infra/synth/stale.ts"]];
const graph: Check = ["graph", "node", ["infra/synth/synth.ts", "--check"]];
// Colours are for a terminal; biome would send them to any file, and vitest to any CI.
const plain = !process.stderr.isTTY || Boolean(process.env.NO_COLOR);
const colours = plain ? ["--colors=off"] : [];
const lint: Check = ["format and lint", "biome", ["ci", ...colours, "--error-on-warnings", "."]];
// More checkers in one process do some of the work twice (16 s of CPU and not 11): the processes run beside each other.
const tsc = ["--noEmit", "--checkers", "1"];
const types: Check = ["types", "tsc", tsc];
const web: Check = ["types of web", "tsc", [...tsc, "-p", "web"]];
const infra: Check = ["types of infra", "tsc", [...tsc, "-p", "infra"]];
const deadCode: Check = ["dead code", "knip", ["--no-progress"]];

const { values, positionals } = (() => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: "boolean" },
        testNamePattern: { type: "string", short: "t" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(". ");
    process.stderr.write(`${sentence}. Try --help.\n`);
    process.exit(2);
  }
})();

if (process.env.npm_lifecycle_event === "test" && process.env.npm_config_quick === "true") {
  process.stderr.write(
    "npm took --quick for itself, because no `--` stands before it: `npm test -- --quick`.\n",
  );
  process.exit(2);
}

/** What is asked for, and what to say of it: groups of checks, of which those of one run beside each other. */
const chosen = (): [how: string, groups: Check[][]] => {
  const { quick, testNamePattern: name } = values;
  if (positionals.length > 0 || name !== undefined)
    return [
      "These tests only; a minute at most for most of them.",
      [[tests("--reporter=default", ...positionals, ...(name === undefined ? [] : ["-t", name]))]],
    ];
  if (quick)
    return [
      "A quick look, about a minute on two cores. It leaves out dead code, the types of infra/, the emulator's own tests and most of the whole shop's: `npm test` has them.",
      [[types, lint, web, stale], [tests("--reporter=dot", "--project=unit", "--project=system")]],
    ];
  return [
    "All checks and tests: about eight minutes on two cores. `npm test -- --quick` takes about one.",
    [
      ...(ci && !installed ? [[graph]] : []),
      [types, ...(ci || installed ? [infra] : []), lint, web, deadCode, stale],
      [tests("--reporter=dot")],
    ],
  ];
};

const say = (line: string) => process.stderr.write(`${line}\n`);

const running = new Set<ChildProcess>();
let stopped = false;
/** Runs one check. What it says is shown as it says it; of one that runs beside others, when it is done. */
const passes = ([what, command, args]: Check, beside: boolean) =>
  new Promise<boolean>((resolve) => {
    const heading = `\n=== ${what}: ${command} ${args.join(" ")}`;
    if (!beside) say(heading);
    const child = spawn(command, args, {
      stdio: beside ? ["ignore", "pipe", "pipe"] : "inherit",
      env: {
        ...process.env,
        ...(plain && { NO_COLOR: "1" }),
        ...(values.quick && { ONLY_OF_THE_WHOLE: QUICK.join() }),
      },
      shell: process.platform === "win32",
    });
    running.add(child);
    const told: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => told.push(chunk));
    const end = (passed: boolean) => {
      if (!running.delete(child)) return;
      if (beside) say(`${heading}\n${Buffer.concat(told).toString().trimEnd()}`.trimEnd());
      resolve(passed);
    };
    child.once("error", ({ message }) => {
      told.push(Buffer.from(message));
      if (!beside) say(message);
      end(false);
    });
    child.once("close", (status) => end(status === 0));
  });

/** Runs checks beside each other, as many at a time as there are cores. Answers what failed. */
const failedOf = async (checks: Check[]) => {
  const failed: string[] = [];
  const left = [...checks];
  const beside = checks.length > 1;
  const next = async (): Promise<void> => {
    const one = stopped ? undefined : left.shift();
    if (!one) return;
    if (!(await passes(one, beside))) failed.push(one[0]);
    return next();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));
  return failed;
};

/** Whether a file of tests has one of these in its path, as vitest looks for them. */
const found = (parts: string[]) =>
  globSync("**/*.test.ts", { exclude: ["**/node_modules/**", ".sst/**"] }).some((file) =>
    parts.some((part) => file.replaceAll("\\", "/").includes(part.replace(/^\.\//, ""))),
  );

const check = async () => {
  if (positionals.length > 0 && !found(positionals)) {
    say(`There is no such test. No file has ${positionals.join(" or ")} in its path.`);
    process.stdout.write("0 passed, 0 failed\n");
    process.exit(1);
  }
  const [how, groups] = chosen();
  say(how);
  const failed: string[] = [];
  for (const group of groups) failed.push(...(await failedOf(group)));

  const read: TestReport[] = Array.from({ length: reports }, (_, number) => report(number))
    .filter((file) => existsSync(file))
    .map((file) => {
      const text = readFileSync(file, "utf8");
      rmSync(file);
      return JSON.parse(text);
    });
  const sum = (count: "numPassedTests" | "numFailedTests") =>
    read.reduce((all, one) => all + one[count], 0);
  if (read.length > 0 && sum("numPassedTests") + sum("numFailedTests") === 0) {
    say("\nThere is no such test.");
    failed.push("tests");
  }
  const took = slowest(read, process.cwd());
  if (took.length > 1) say(`\nWhat took longest:\n${took.join("\n")}`);
  if (stopped) say("\nInterrupted.");
  say(failed.length > 0 ? `\nFailed: ${[...new Set(failed)].join(", ")}.` : "\nAll checks passed.");
  process.stdout.write(`${sum("numPassedTests")} passed, ${sum("numFailedTests")} failed\n`);
  process.exit(failed.length > 0 || stopped ? 1 : 0);
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    stopped = true;
    for (const child of running) child.kill(signal);
  });

if (values.help) process.stdout.write(help);
else await check();
