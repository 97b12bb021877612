import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EventContract } from "@petstore/core/event";
import { catalogue } from "@petstore/events/catalogue";
import { beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot, shopGraph } from "../repository.ts";
import { catalogueFiles } from "./files.ts";
import { type Run, runShop } from "./run.ts";

describe("the catalogue", () => {
  let run: Run;
  let files: Map<string, string>;
  beforeAll(async () => {
    run = await runShop();
    files = catalogueFiles(shopGraph(), run);
  });

  it("is what the contracts, the graph and a run say (after a change: npm run catalogue)", () => {
    const stale = [...files].filter(([file, text]) => {
      const path = join(repositoryRoot, file);
      return !existsSync(path) || readFileSync(path, "utf8") !== text;
    });
    expect(stale.map(([file]) => `${file}: npm run catalogue`)).toEqual([]);
  });

  // One whose code is not written yet, or that no story leads to, is shown as it was recorded: the page says so.
  it("has an example from the run of all 27 events that were published when it was written", () =>
    expect(run.events.size).toBeGreaterThanOrEqual(27));

  it("shows events that their contracts take", () => {
    for (const contract of catalogue as readonly EventContract[]) {
      const event = run.events.get(contract.type);
      if (event) expect(() => contract.parse(event.data), contract.type).not.toThrow();
    }
  });

  it("says nothing of the machine that it was written on, and no secret", () => {
    const text = [...files.values()].join("\n");
    expect(text).not.toContain(repositoryRoot);
    expect(text).not.toMatch(
      /file:\/\/|node_modules|sandbox-api-key|sandbox-webhook-secret|Bearer /,
    );
  });
});
