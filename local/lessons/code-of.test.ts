import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { expect, it, onTestFinished } from "vitest";
import { codeOf } from "./code-of.ts";

it("names the graph where a learner's hand has made it unreadable", async () => {
  const root = mkdtempSync(join(tmpdir(), "graph-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "infra"));
  writeFileSync(join(root, "infra/graph.json"), '{ "policy": "{"Action"}" }');
  const opened = codeOf({ root });
  await expect(opened).rejects.toThrow(CannotStart);
  await expect(opened).rejects.toThrow("graph.json cannot be read: ");
});
