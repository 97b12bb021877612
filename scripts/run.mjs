// The door to every command: `npm start`, `npm test`, `npm run <name>`. Plain JavaScript without dependencies, for it runs
// on whatever Node the host has (20 or newer), installs what is pinned, and goes on with a Node that runs TypeScript.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CannotRun, install, modernNode, pnpm, prepareState, withPath } from "./first-run.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

const COMMANDS = {
  start: "local/commands/start.ts",
  demo: "local/commands/demo.ts",
  test: "scripts/check.ts",
  bench: "local/commands/bench.ts",
  conformance: "emulator/conformance/run.ts",
  iam: "local/commands/rights.ts",
  synth: "infra/synth/synth.ts",
  schemas: "scripts/schemas.ts",
  openapi: "scripts/openapi.ts",
  scenarios: "scripts/scenarios.ts",
  links: "scripts/links.ts",
  catalogue: "local/commands/catalogue.ts",
  "sign-in": "local/commands/sign-in.ts",
  aws: "local/commands/aws.ts",
  redrive: "local/commands/redrive.ts",
  seed: "local/commands/seed.ts",
  try: "local/commands/try.ts",
  shop: "local/commands/shop.ts",
  chaos: "local/commands/chaos.ts",
  sim: "local/commands/sim.ts",
  sweep: "local/commands/sweep.ts",
  mutants: "local/commands/mutants.ts",
  "four-ways": "docs/saga-four-ways/emulated/four-ways.ts",
  lesson: "local/commands/lesson.ts",
  "new-service": "local/commands/new-service.ts",
  "new-event": "local/commands/new-event.ts",
  "new-step": "local/commands/new-step.ts",
  scorecard: "local/commands/scorecard.ts",
  preflight: "local/commands/preflight.ts",
  leaderboard: "local/commands/leaderboard.ts",
  proof: "local/commands/proof.ts",
  screenshots: "web/test/screenshots.ts",
};

const say = (line) => process.stderr.write(`${line}\n`);

/** How long a command may take to end once it was told to, and after which a second Ctrl-C is one, in ms. */
const PATIENCE = 5_000;
const ECHO = 1_000;

/** Whether there is such a process. */
const alive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The parent of a shell that npm has put between itself and us, as some shells stay and others do not. */
const behindShell = (pid) => {
  try {
    if (!process.env.npm_lifecycle_event) return undefined;
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0-c\0")) return undefined;
    // "pid (name) state ppid ...": a name may have blanks and brackets.
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]);
  } catch {
    return undefined; // not Linux
  }
};

/** Tells whether whoever started us has gone. npm has no channel to us, so this is all that can be seen of it. */
const hasNpmGone = () => {
  const parent = process.ppid;
  const npm = behindShell(parent);
  return () => process.ppid !== parent || (npm !== undefined && !alive(npm));
};

const run = (node, entry, args) => {
  const program = [join(ROOT, "scripts", "with-parent.mjs"), join(ROOT, entry), ...args];
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...program], {
    cwd: ROOT,
    // When this process has gone, the channel closes, and the command ends.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: {
      // A command and what it starts compile, and strip of its types, only what has changed.
      NODE_COMPILE_CACHE: join(ROOT, ".petstore", "compile-cache"),
      ...withPath(dirname(node), join(ROOT, "node_modules", ".bin")),
    },
  });
  const kill = (why) => {
    say(`${why}, so it was killed.`);
    child.kill("SIGKILL");
  };
  let toldAt;
  let patience;
  let brings = false;
  // It was told, and says so: what takes minutes is waited for, until it is told once more.
  child.on("message", (said) => {
    if (said !== "brings to its end what was begun") return;
    brings = true;
    clearTimeout(patience);
  });
  const stop = (signal) => {
    // One Ctrl-C comes from the terminal and again from npm.
    if (toldAt !== undefined && performance.now() - toldAt < ECHO) return;
    if (toldAt !== undefined && !brings) return kill("It did not end at once");
    brings = false;
    toldAt = performance.now();
    child.kill(signal);
    patience = setTimeout(() => kill(`It did not end within ${PATIENCE / 1000} seconds`), PATIENCE);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(signal));
  const left = hasNpmGone();
  setInterval(() => left() && toldAt === undefined && stop("SIGTERM"), 250).unref();
  child.on("exit", (code, signal) => {
    if (signal && toldAt === undefined) say(`It was ended from outside, by ${signal}.`);
    process.exit(signal ? 1 : (code ?? 1));
  });
};

const main = async ([command = "", ...args]) => {
  const entry = COMMANDS[command];
  if (!entry && command !== "pnpm")
    throw new CannotRun(
      `There is no command "${command}". There are: ${Object.keys(COMMANDS).join(", ")}, pnpm.`,
    );
  prepareState(ROOT);
  const node = await modernNode(ROOT);
  if (!entry) return pnpm(ROOT, args, { node });
  await install(ROOT, node);
  run(node, entry, args);
};

main(process.argv.slice(2)).catch((error) => {
  const told = error instanceof CannotRun || error.syscall;
  say(told ? error.message : error.stack);
  process.exit(2);
});
