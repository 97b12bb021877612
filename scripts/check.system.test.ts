import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";

/** `npm test -- ...`, as the launcher runs it, with its output in files and in a CI that likes colours. */
const check = (...args: string[]) => checkUnder({}, ...args);

/** The same, with more in its environment. */
const checkUnder = (more: NodeJS.ProcessEnv, ...args: string[]) => {
  const { NO_COLOR, VITEST, ...env } = process.env;
  const PATH = [dirname(process.execPath), "node_modules/.bin", env.PATH].join(":");
  return spawnSync(process.execPath, ["scripts/check.ts", ...args], {
    encoding: "utf8",
    env: { ...env, PATH, CI: "1", ...more },
  });
};

describe.skipIf(process.platform === "win32")("npm test", () => {
  it("with a path runs that test and nothing else, without colours, and ends with the count", () => {
    const { status, stdout, stderr } = check("scripts/workspace.test.ts");
    expect(stdout.trim().split("\n").at(-1)).toBe("1 passed, 0 failed");
    expect(stderr.match(/^=== .+/gm)).toEqual([
      expect.stringMatching(/^=== tests: vitest run .+workspace/),
    ]);
    expect(stdout + stderr).not.toContain("\u001b");
    expect(status).toBe(0);
  });

  it("fails, and says so, when no test is meant by what it was given", () => {
    for (const args of [["scripts/workspace.test.ts", "-t", "no such name"], ["no-such-file"]]) {
      const { status, stdout, stderr } = check(...args);
      expect(stderr).toContain("There is no such test.");
      expect([status, stdout.trim().split("\n").at(-1)]).toEqual([1, "0 passed, 0 failed"]);
    }
  });

  it("does not run all tests for who asked npm for the quick ones", () => {
    const npm = { npm_lifecycle_event: "test", npm_config_quick: "true" };
    const { status, stderr } = checkUnder(npm, "scripts/workspace.test.ts");
    expect([status, stderr]).toEqual([2, expect.stringContaining("`npm test -- --quick`")]);
  });

  it("says what it does not know, in one sentence", () => {
    const { status, stderr } = check("--fast");
    expect([status, stderr]).toEqual([2, "Unknown option '--fast'. Try --help.\n"]);
  });
});
