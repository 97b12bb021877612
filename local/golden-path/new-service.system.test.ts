import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { manifestOf } from "../checkout-copy.ts";
import { repositoryRoot } from "../repository.ts";
import { makeService } from "./make.ts";
import { newServiceOf } from "./names.ts";
import { copyWithPlatform, makeIn } from "./new-service.ts";

// Where SST's components are not installed, infra/ cannot be evaluated: npm run synth installs them.
const canEvaluate = existsSync(join(repositoryRoot, ".sst/provider-lock.json"));

/** What a service has to pass: its own tests, and those of whatever was generated or derived. */
const HELD_BY = [
  "services/loyalty",
  "local/scorecard",
  "local/catalogue",
  "local/test/loyalty.system.test.ts",
  "architecture.test.ts",
  "infra/asynchronous.test.ts",
  "infra/contracts.test.ts",
  "infra/operations.test.ts",
  "infra/permissions.test.ts",
  "packages/events",
  "scripts/openapi.test.ts",
  "scripts/workspace.test.ts",
];

describe.skipIf(!canEvaluate)("a new service", () => {
  it("is whole as it was made: its tests and the graph's are green, and nothing here was touched", () => {
    const folder = mkdtempSync(join(tmpdir(), "new-service-"));
    const root = join(folder, "petstore");
    const before = manifestOf(repositoryRoot);
    try {
      copyWithPlatform(root);
      const { added, changed } = makeIn(
        root,
        newServiceOf("loyalty", "OrderConfirmed,PaymentRefunded", "team-x"),
        () => {},
      );
      expect(added).toContain("packages/events/schemas/loyalty.LoyaltyNoted.v1.json");
      expect(added).toContain("docs/catalogue/services/loyalty.md");
      expect(changed).toContain("infra/graph.json");
      expect(changed).toContain("catalog-info.yaml");
      expect(readFileSync(join(root, ".github/CODEOWNERS"), "utf8")).toContain(
        "/services/loyalty/ @team-x",
      );
      const node = (program: string, ...args: string[]) =>
        spawnSync(process.execPath, [join(root, program), ...args], {
          cwd: root,
          encoding: "utf8",
          env: { ...process.env, NO_COLOR: "1" },
        });
      const types = node("node_modules/typescript/bin/tsc", "--noEmit");
      expect(types.stdout).toBe("");
      const tests = node("node_modules/vitest/vitest.mjs", "run", "--reporter=dot", ...HELD_BY);
      expect(tests.status, tests.stdout + tests.stderr).toBe(0);
      // And there is room for the next one.
      makeService(root, newServiceOf("badges", "OrderConfirmed", "team-y"));
      expect(readFileSync(join(root, "packages/events/src/catalogue.ts"), "utf8")).toMatch(
        /\.\.\.loyaltyEvents,\s+\.\.\.badgesEvents,\s+\] as const/,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    expect(manifestOf(repositoryRoot)).toEqual(before);
  });
});
