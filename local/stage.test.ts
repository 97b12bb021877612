import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stageOnAws } from "./stage.ts";

test("a file of outputs that cannot be read is named, in one sentence", () => {
  const directory = mkdtempSync(join(tmpdir(), "outputs-"));
  const file = join(directory, "outputs.json");
  expect(() => stageOnAws("ada", file)).toThrow(
    /^--outputs .+outputs\.json cannot be read: ENOENT/,
  );
  expect(() => stageOnAws("ada", directory)).toThrow(/cannot be read: EISDIR/);
  writeFileSync(file, "{");
  expect(() => stageOnAws("ada", file)).toThrow(/cannot be read: it is not JSON\.$/);
  rmSync(directory, { recursive: true });
});

test("a command for one takes one name", () => {
  const args = ["local/commands/sign-in.ts", "alice", "bob"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect([status, stdout, stderr]).toEqual([2, "", "One at a time: `npm run sign-in alice`.\n"]);
});
