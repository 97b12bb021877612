import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Inputs } from "./aws.ts";
import type { Graph } from "./graph.ts";

const root = join(import.meta.dirname, "..", "..");
const committed = join(root, "infra", "graph.json");

const synth = (args: string[], env: Record<string, string> = {}) => {
  const program = join("infra", "synth", "synth.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, said: stdout + stderr };
};

// SST's components are 323 MB: CI installs them; elsewhere these run once `npm run synth` has.
const possible = process.env.CI !== undefined || existsSync(join(root, ".sst", "platform"));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "synth-test-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Puts something else on the last line of a graph that says something, and tells which line that is. */
const changedAtTheEnd = (graph: string) => {
  const lines = graph.split("\n");
  const at = lines.findLastIndex((line) => /\w/.test(line));
  const was = lines[at] as string;
  lines[at] = was.replace(/\w+/, "changed");
  return { text: lines.join("\n"), line: at + 1, was, is: lines[at] as string };
};

describe.runIf(possible)("synth --check", () => {
  it("finds where the committed graph is not what the program makes, and only there, whatever is set around it", () => {
    const stale = join(directory, "stale.json");
    const { text, line, was, is } = changedAtTheEnd(readFileSync(committed, "utf8"));
    writeFileSync(stale, text);
    const { status, said } = synth(["--check", "--out", stale], {
      AWS_REGION: "eu-central-1",
      SST_STAGE: "other",
      SST_SECRET_ProviderApiKey: "not to be seen",
      PETSTORE_SENDER: "someone@example.org",
    });
    // It names the first line that differs: all before it is the same.
    const [first, where, ...rest] = said.split("\n");
    expect(first).toContain("stale.json is stale: run `npm run synth`");
    expect(where).toBe(`  line ${line}:`);
    expect(rest).toContain(`    - ${is}`);
    expect(rest).toContain(`    + ${was}`);
    expect(said.match(/is stale/g)).toHaveLength(1);
    expect(status).toBe(1);
    expect(readFileSync(stale, "utf8")).toBe(text);
  });
});

const evaluated = (stage: string, env?: Record<string, string>) => {
  const out = join(directory, `${stage}.json`);
  const before = readFileSync(committed, "utf8");
  const { status, said } = synth(["--stage", stage, "--out", out], env);
  expect(said).toMatch(/^\d+ resources, \d+ functions, in [\d.]+ s\n$/);
  expect(status).toBe(0);
  expect(readFileSync(committed, "utf8")).toBe(before);
  return JSON.parse(readFileSync(out, "utf8")) as Graph;
};

/** Somebody's stage with the longest name, the shop's page and all else that can be set: evaluated once, for it takes a quarter of a minute. */
let somebodys: Graph | undefined;
const somebodysStage = (): Graph => {
  somebodys ??= evaluated("abcdefghij-abcdefghij-abcdefghi", {
    PETSTORE_OPERATOR: "operator@example.org",
    PETSTORE_ORIGIN: "https://elsewhere.example",
    PETSTORE_SENDER: "example.org",
    PETSTORE_SHOP: "1",
  });
  return somebodys;
};
let productions: Graph | undefined;
const production = (): Graph => {
  productions ??= evaluated("prod", { PETSTORE_OPERATOR: "operator@example.org" });
  return productions;
};

describe.runIf(possible)("production", () => {
  it("keeps and protects what other stages remove", () => {
    const { resources, tags } = production();
    const some = (kind: string) => resources.filter(({ type }) => type.endsWith(`:${kind}`));
    expect(tags.stage).toBe("prod");
    for (const { inputs } of some("Table")) expect(inputs.deletionProtectionEnabled).toBe(true);
    for (const { inputs } of some("UserPool")) expect(inputs.deletionProtection).toBe("ACTIVE");
    for (const { inputs } of some("EventArchive")) expect(inputs.retentionDays).toBe(365);
    for (const { inputs } of some("LogGroup")) expect(inputs.retentionInDays, inputs.name).toBe(90);
    // As soon as somebody is to hear of it.
    expect(
      some("Budget").map(({ inputs }) =>
        inputs.notifications.map((told: Inputs) => told.notificationType),
      ),
    ).toEqual([["ACTUAL", "FORECASTED"]]);
    for (const { name, kept } of [...some("Table"), ...some("UserPool")])
      expect(kept, name).toBe(true);
    const local: Graph = JSON.parse(readFileSync(committed, "utf8"));
    expect(local.resources.filter(({ kept }) => kept)).toEqual([]);
  });

  it("knows no secret that stands in this repository, nor does any stage but the local one", () => {
    for (const { functions } of [production(), somebodysStage()]) {
      const secrets = functions.flatMap(({ links }) =>
        Object.values(links).flatMap(({ type, value }) =>
          type === "sst.sst.Secret" && value ? [value] : [],
        ),
      );
      expect(new Set(secrets).size).toBeGreaterThanOrEqual(2);
      for (const secret of secrets) expect(secret).toMatch(/^random-/);
    }
  });
});

describe.runIf(possible)("a stage that serves the shop's page", () => {
  it("lets its origin alone call the API and come back from the sign-in", () => {
    const { resources } = somebodysStage();
    const one = (type: string) => resources.find((resource) => resource.type.endsWith(type));
    const site = one(":Distribution");
    const origin = one("apigatewayv2/api:Api")?.inputs.corsConfiguration.allowOrigins;
    expect(site).toBeDefined();
    expect(origin).toHaveLength(1);
    expect(origin[0]).toMatch(/^https:\/\/.+cloudfront/);
    expect(one(":UserPoolClient")?.inputs).toMatchObject({
      allowedOauthFlows: ["code"],
      callbackUrls: [`${origin[0]}/`],
    });
  });

  it("is none by default", () => {
    const { resources }: Graph = JSON.parse(readFileSync(committed, "utf8"));
    expect(resources.filter(({ type }) => /:(s3|cloudfront)\//.test(type))).toEqual([]);
  });
});

describe.runIf(possible)("a stage", () => {
  it("of 31 characters has names that AWS takes, and nothing of it becomes ours", () =>
    // It is evaluated without a word of what AWS would refuse.
    expect(somebodysStage().stage).toHaveLength(31));

  it("of 32 characters is refused in one sentence", () => {
    expect(synth(["--stage", "abcdefghij-abcdefghij-abcdefghij"])).toEqual({
      status: 1,
      said: 'FAILURE The stage "abcdefghij-abcdefghij-abcdefghij" has 32 characters; a stage has at most 31, for its name is a part of every resource\'s.\n',
    });
  });
});
