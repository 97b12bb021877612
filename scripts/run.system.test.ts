import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const { CannotRun, fingerprintOf, modernNode } = await import(
  pathToFileURL("scripts/first-run.mjs").href
);
const { whyFailed } = await import(pathToFileURL("scripts/why-npm-failed.mjs").href);
const posix = process.platform !== "win32";

const COMMAND = `
const { on, pid } = process;
let told = false;
for (const signal of ["SIGINT", "SIGTERM"])
  on.call(process, signal, () => {
    console.log("told", signal);
    if (process.argv.includes("--slow") && !told) process.send("brings to its end what was begun");
    else if (!process.argv.includes("--deaf")) process.exit(7);
    told = true;
  });
console.log("ready", pid, process.argv[1].endsWith("start.ts"), process.argv.slice(2).join());
setInterval(() => {}, 1000);
`;

/** A checkout with the launcher in it, whose \`start\` is a command that waits to be told to end. */
const checkout = () => {
  const root = mkdtempSync(join(tmpdir(), "petstore checkout, für 100% #1 "));
  for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "scripts"])
    cpSync(file, join(root, file), { recursive: true });
  mkdirSync(join(root, "local/commands"), { recursive: true });
  writeFileSync(join(root, "local/commands/start.ts"), COMMAND);
  return root;
};
const installed = (root: string) => {
  mkdirSync(join(root, "node_modules"));
  mkdirSync(join(root, ".petstore"));
  writeFileSync(join(root, ".petstore/installed"), fingerprintOf(root));
  return root;
};

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});
const made = (root: string) => {
  roots.push(root);
  return root;
};

/** Whether it has ended: waits until it has. */
const ended = async (pid: number) => {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    // One that nobody waits for stays as a name without a process.
    const [, state] = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" })
      .stdout.trim()
      .match(/^(Z)/) ?? [undefined];
    if (state) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe.runIf(posix)("a command and who started it", () => {
  let launcher: ChildProcess;
  let root: string;
  let said: string;
  beforeAll(() => {
    root = made(installed(checkout()));
  });
  afterEach(() => launcher?.kill("SIGKILL"));

  const exited = () =>
    new Promise<number | null>((resolve) => launcher.once("close", (code) => resolve(code)));
  const heard = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => said.includes(text) && resolve();
      look();
      launcher.stdout?.on("data", look);
      launcher.stderr?.on("data", look);
    });
  /** Starts it; answers the command's process. */
  const begin = async (program: string, ...args: string[]) => {
    said = "";
    launcher = spawn(program, args, { cwd: root });
    for (const stream of [launcher.stdout, launcher.stderr])
      stream?.on("data", (chunk) => {
        said += chunk;
      });
    await heard("ready");
    const [, pid] = /ready (\d+) true/.exec(said) ?? [];
    return Number(pid);
  };
  const launch = (...args: string[]) =>
    begin(process.execPath, join(root, "scripts/run.mjs"), "start", ...args);

  it("passes on what it is told, and how it ended", async () => {
    await launch("--port", "1");
    expect(said).toContain("--port,1");
    const code = exited();
    launcher.kill("SIGINT");
    expect(await code).toBe(7);
    expect(said).toContain("told SIGINT");
  });

  it("ends it when it does not end by itself, and says so", async () => {
    const pid = await launch("--deaf");
    const code = exited();
    launcher.kill("SIGINT");
    await heard("told SIGINT");
    expect(await code).toBe(1);
    expect(said).toContain("It did not end within 5 seconds, so it was killed.");
    expect(await ended(pid)).toBe(true);
  });

  it("waits for one that says that it brings to its end what was begun, until it is told again", async () => {
    await launch("--slow");
    const code = exited();
    launcher.kill("SIGINT");
    await heard("told SIGINT");
    // Longer than the launcher waits for one that says nothing.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    launcher.kill("SIGINT");
    expect(await code).toBe(7);
    expect(said).not.toContain("killed");
  });

  it.each(["the launcher", "npm"])("ends with %s, when that is killed -9", async (who) => {
    const pid = who === "npm" ? await begin("npm", "start") : await launch();
    launcher.kill("SIGKILL");
    await heard("told SIGTERM");
    expect(await ended(pid)).toBe(true);
  });
});

describe("a first run that fails says why, in one or two sentences", () => {
  const run = (root: string, env: NodeJS.ProcessEnv) => {
    const { npm_config_cache, npm_config_registry, ...rest } = process.env;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "scripts/run.mjs"), "start"],
      { encoding: "utf8", env: { ...rest, ...env } },
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    return stderr.trim().split("\n");
  };

  it("without a way to the registry, once it has said what it downloads", () => {
    const root = made(checkout());
    const [what, why, ...more] = run(root, {
      HOME: root,
      USERPROFILE: root,
      npm_config_registry: "http://127.0.0.1:1",
    });
    expect(what).toMatch(/^Installing what is pinned with pnpm@\S+ \(the first time: \d+ MB from/);
    expect(why).toMatch(
      /^The installation failed\. The npm registry at http:\/\/127\.0\.0\.1:1 cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:1\)\. .+HTTPS_PROXY/,
    );
    expect(more).toEqual([]);
  });

  it.runIf(posix)("with a HOME that cannot be written", () => {
    const root = made(checkout());
    const HOME = join(root, "package.json", "home");
    const [, why, ...more] = run(root, { HOME });
    expect(why).toBe(
      `What is downloaded is kept in HOME, and ${HOME}/.npm cannot be written (ENOTDIR). With another: HOME=/tmp/petstore-home npm start`,
    );
    expect(more).toEqual([]);
  });

  it("in a checkout that cannot be written", () => {
    const root = made(checkout());
    writeFileSync(join(root, ".petstore"), "");
    const [why, ...more] = run(root, {});
    expect(why).toMatch(/^This checkout cannot be written \(E\w+\), .+ from a copy/);
    expect(more).toEqual([]);
  });

  const where = { home: "/home/ada", registry: "https://registry.example" };
  it.each([
    [
      "npm error network request to https://r failed, reason: getaddrinfo ENOTFOUND r.example",
      "getaddrinfo ENOTFOUND r.example",
    ],
    ["npm error code EACCES\nnpm error syscall mkdir", "HOME, which is /home/ada"],
    [
      " ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with frozen-lockfile",
      "`npm run pnpm -- install`",
    ],
    ["write ENOSPC", "The disk is full."],
    [
      "npm error 407 Proxy Authentication Required - GET https://r",
      "HTTPS_PROXY=http://name:password",
    ],
    ["npm error code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"],
    [
      "npm error code ETARGET\nnpm error notarget No matching version",
      "does not have what is pinned",
    ],
  ])("as %j: %s", (said, sentence) => {
    expect(whyFailed(said, where)).toContain(sentence);
  });

  it("on a machine that the registry has no Node for, with what to do", async () => {
    const old = { node: "20.20.2" };
    const mac = { platform: "darwin", arch: "arm64", versions: old, execPath: "node" };
    const why = await modernNode(".", mac).catch((error: unknown) => error);
    expect(why).toBeInstanceOf(CannotRun);
    expect(why.message).toMatch(/no Node 24 for macOS: install .+ `brew install node@24`/);
    expect(await modernNode(".", { ...mac, versions: { node: "24.1.0" } })).toBe("node");
  });
});

describe("what an installation depends on", () => {
  it("is every package.json, a new one's too, and no line end", () => {
    const root = made(checkout());
    const before = fingerprintOf(root);
    const lock = join(root, "pnpm-lock.yaml");
    writeFileSync(lock, readFileSync(lock, "utf8").replaceAll("\n", "\r\n"));
    expect(fingerprintOf(root)).toBe(before);
    mkdirSync(join(root, "services/shipping"), { recursive: true });
    writeFileSync(join(root, "services/shipping/package.json"), "{}");
    expect(fingerprintOf(root)).not.toBe(before);
  });
});
