import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { setup } from "./temporary-folder.ts";

test("what tests leave in the temporary folder goes with the run", () => {
  const outside = tmpdir();
  const end = setup();
  const left = mkdtempSync(join(tmpdir(), "left-"));
  expect(dirname(dirname(left))).toBe(outside);
  end();
  expect(existsSync(dirname(left))).toBe(false);
  expect(tmpdir()).toBe(outside);
});

test("this run has one, too", () => expect(tmpdir()).toContain("petstore-tests-"));
