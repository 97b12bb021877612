import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Inputs } from "./aws.ts";
import type { Graph } from "./graph.ts";

const root = join(import.meta.dirname, "..", "..");
const committed = join(root, "infra", "graph.json");
const LONG = 300_000; // the first time, SST's components are installed

const run = (command: string, args: string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, said: stdout + stderr };
};
const synth = (args: string[], env?: Record<string, string>) =>
  run(process.execPath, [join("infra", "synth", "synth.ts"), ...args], env);

// SST's components are 323 MB: CI installs them; elsewhere these run once `npm run synth` has.
const possible = process.env.CI !== undefined || existsSync(join(root, ".sst", "platform"));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "synth-test-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe.runIf(possible)("synth --check", () => {
  it("finds that the committed graph is what the program makes, whatever is set around it", {
    timeout: LONG,
  }, () => {
    const { status, said } = synth(["--check"], {
      AWS_REGION: "eu-central-1",
      SST_STAGE: "other",
      SST_SECRET_ProviderApiKey: "not to be seen",
      PETSTORE_SENDER: "someone@example.org",
    });
    expect(said).not.toContain("stale");
    expect(status).toBe(0);
  });

  it("fails on a stale graph and says where it differs", { timeout: LONG }, () => {
    const stale = join(directory, "stale.json");
    writeFileSync(
      stale,
      readFileSync(committed, "utf8").replace('"memorySize": 512', '"memorySize": 511'),
    );
    const { status, said } = synth(["--check", "--out", stale]);
    expect(status).toBe(1);
    expect(said).toContain("is stale");
    expect(said).toMatch(/- +"memorySize": 511[\s\S]+\+ +"memorySize": 512/);
  });
});

describe.runIf(possible)("production", () => {
  it("keeps and protects what other stages remove", { timeout: LONG }, () => {
    const out = join(directory, "production.json");
    const set = {
      SST_SECRET_ProviderApiKey: "a",
      SST_SECRET_WebhookSecret: "b",
      PETSTORE_OPERATOR: "operator@example.org",
    };
    const { status, said } = synth(["--stage", "production", "--out", out], set);
    expect(said).not.toContain("FAILURE");
    expect(status).toBe(0);
    const { resources, tags }: Graph = JSON.parse(readFileSync(out, "utf8"));
    const inputs = (kind: string) =>
      resources.filter(({ type }) => type.endsWith(`:${kind}`)).map((resource) => resource.inputs);
    expect(tags.stage).toBe("production");
    for (const table of inputs("Table")) expect(table.deletionProtectionEnabled).toBe(true);
    for (const pool of inputs("UserPool")) expect(pool.deletionProtection).toBe("ACTIVE");
    for (const archive of inputs("EventArchive")) expect(archive.retentionDays).toBe(365);
    for (const group of inputs("LogGroup")) expect(group.retentionInDays, group.name).toBe(90);
    // As soon as somebody is to hear of it.
    const [budget] = inputs("Budget");
    expect(budget?.notifications.map((told: Inputs) => told.notificationType)).toEqual([
      "ACTUAL",
      "FORECASTED",
    ]);
  });

  it("does not start on the secrets of development", { timeout: LONG }, () => {
    const { status, said } = synth([
      "--stage",
      "production",
      "--out",
      join(directory, "none.json"),
    ]);
    expect(status).toBe(1);
    expect(said).toContain("Set a value for ProviderApiKey");
    expect(said).toContain("Set a value for WebhookSecret");
  });
});

describe.runIf(possible)("the definition", () => {
  it("passes SST's own types", { timeout: LONG }, () => {
    expect(run(join(root, "node_modules", ".bin", "tsc"), ["--noEmit", "-p", "infra"])).toEqual({
      status: 0,
      said: "",
    });
  });
});
