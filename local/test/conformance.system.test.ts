import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { claims, type Outcome, tryClaims } from "emulator/conformance/claims";
import { openLocalLab } from "emulator/conformance/local-lab";
import { reportOf } from "emulator/conformance/report";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

describe("what AWS documents, on the emulator", () => {
  let local: Awaited<ReturnType<typeof openLocalLab>>;
  let outcomes: Outcome[] = [];
  let left: string[] = [];
  beforeAll(async () => {
    local = await openLocalLab();
    outcomes = await tryClaims(claims, local.lab);
    left = await local.lab.close();
  });
  afterAll(() => local.stop());

  test.for(claims)("$id: $claim", ({ id, locally }) => {
    const { verdict, seen } = outcomes.find(({ claim }) => claim.id === id) as Outcome;
    if (locally === undefined) expect(verdict, seen).toBe("holds");
    // Said to differ, and does not: then the page says too little of it.
    else expect(verdict, `It holds, though it is said to differ: ${locally}`).not.toBe("holds");
  });

  test("the suite leaves nothing behind", () => {
    expect(left).toEqual([]);
  });

  test("every claim has an id of its own, and a page of AWS's that makes it", () => {
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    for (const { doc } of claims) expect(doc).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  });

  test("docs/local-vs-aws.md is up to date: else run `npm run conformance -- --write`", () => {
    const page = readFileSync("docs/local-vs-aws.md", "utf8");
    expect(page).toBe(reportOf(outcomes, local.operations));
  });
});

test.each([
  ["--nonsense"],
  ["more"],
  ["--only", "nonsense"],
  ["--endpoint", "nonsense"],
  ["--endpoint", "http://127.0.0.1:1"],
  ["--write", "--only", "sqs"],
])("the command answers %s with one sentence and exit code 2", (...options) => {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  const args = ["emulator/conformance/run.ts", ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  expect(stdout).toBe("");
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).not.toContain(" at ");
  expect(status).toBe(2);
});
