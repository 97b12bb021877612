import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Manifest, manifestOf } from "../checkout-copy.ts";
import { repositoryRoot } from "../repository.ts";
import { copyWithPlatform, type Made, makeIn } from "./in-copy.ts";
import { makeService } from "./make.ts";
import { makeEvent } from "./make-event.ts";
import { makeStep } from "./make-step.ts";
import { newServiceOf } from "./names.ts";
import { newEventOf } from "./new-event.ts";
import { writesService } from "./new-service.ts";
import { newStepOf } from "./new-step.ts";

// Where SST's components are not installed, infra/ cannot be evaluated: npm run synth installs them.
const canEvaluate = existsSync(join(repositoryRoot, ".sst/provider-lock.json"));

/** What a service, an event and a step have to pass: their own tests, and those of whatever was generated or derived. */
const HELD_BY = [
  "services/loyalty",
  "services/inventory/src/domain/wrap-gift",
  "services/loyalty/src/domain/print-label",
  "services/notifications/src/domain",
  "local/catalogue",
  "local/scorecard",
  "local/test/corpus",
  "local/test/inventory-hears-order-archived",
  "local/test/read-side-hears-loyalty-expired",
  "local/test/loyalty.system.test.ts",
  "local/test/print-label",
  "local/test/saga-machine",
  "local/test/wrap-gift",
  "architecture.test.ts",
  "infra/asynchronous.test.ts",
  "infra/contracts.test.ts",
  "infra/graph.test.ts",
  "infra/links.test.ts",
  "infra/operations.test.ts",
  "infra/permissions.test.ts",
  "infra/sagas.test.ts",
  "packages/events",
  "scripts/links.test.ts",
  "scripts/openapi.test.ts",
  "scripts/workspace.test.ts",
];

describe.skipIf(!canEvaluate)("in a copy of this checkout", () => {
  const folder = mkdtempSync(join(tmpdir(), "golden-path-"));
  const root = join(folder, "petstore");
  const node = (env: NodeJS.ProcessEnv, program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, program), ...args], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    return { status, said: stdout + stderr };
  };
  // More workers would bundle, import and open all that there is once each.
  const vitest = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    node(env, "node_modules/vitest/vitest.mjs", "run", "--maxWorkers=1", "--reporter=dot", ...args);
  let before: Manifest;
  let made: Made;
  beforeAll(async () => {
    if (!canEvaluate) return;
    before = manifestOf(repositoryRoot);
    copyWithPlatform(root);
    const hears = "OrderConfirmed,PaymentRefunded";
    made = await makeIn(
      root,
      [
        writesService(newServiceOf("loyalty", hears, "team-x")),
        () => {
          const heardBy = "loyalty,notifications,inventory";
          return makeEvent(root, newEventOf("OrderArchived", "orders", heardBy, root));
        },
        () => makeEvent(root, newEventOf("LoyaltyExpired", "loyalty", "read-side", root)),
        () => {
          const wrap = { after: "ReserveStock", undo: "UnwrapGift", place: "inventory" };
          return makeStep(root, newStepOf("WrapGift", wrap, root));
        },
        () => {
          const print = { after: "CapturePayment", undo: undefined, place: "loyalty" };
          return makeStep(root, newStepOf("PrintLabel", print, root));
        },
      ],
      { tell: () => {}, signal: new AbortController().signal },
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("a service, events and steps are made, with all that is generated", () => {
    expect(made.added).toEqual(
      expect.arrayContaining([
        "docs/catalogue/services/loyalty.md",
        "packages/events/schemas/loyalty.LoyaltyNoted.v1.json",
        "packages/events/schemas/orders.OrderArchived.v1.json",
        "services/inventory/src/handlers/unwrap-gift.ts",
      ]),
    );
    expect(made.changed).toEqual(expect.arrayContaining(["infra/graph.json", "catalog-info.yaml"]));
    expect(readFileSync(join(root, ".github/CODEOWNERS"), "utf8")).toContain(
      "/services/loyalty/ @team-x",
    );
  });

  it("they compile", () => {
    const tsc = ["--noEmit", "--checkers", "1"];
    expect(node({}, "node_modules/typescript/bin/tsc", ...tsc).said).toBe("");
  });

  it("they pass their own tests, and those of whatever was generated or derived", () => {
    const { status, said } = vitest({}, ...HELD_BY);
    expect(status, said).toBe(0);
  });

  it("the explorer walks the longer ladders to their ends: here, those of stories in which all is undone", () => {
    const stories = "tok_decline, and its|patience ends for a|what is held is not returned";
    const { status, said } = vitest({}, "local/sim/explore/explore.system.test.ts", "-t", stories);
    expect(status, said).toBe(0);
  });

  it("a step outlives whatever befalls a call of it", () => {
    const { status, said } = vitest({ SWEEP_OF: "WrapGift" }, "local/sim/sweep/sweep.system");
    expect(status, said).toBe(0);
  });

  it("who breaks one off has nothing, and no copy is left", async () => {
    const known = manifestOf(root);
    const command = [join(root, "local/commands/new-event.ts"), "OrderHidden", "--from", "orders"];
    const child = spawn(process.execPath, command, { cwd: root });
    let said = "";
    for await (const chunk of child.stderr) {
      if (!said.includes("Evaluating") && String(chunk).includes("Evaluating"))
        child.kill("SIGINT");
      said += chunk;
    }
    expect(said).toContain("It was broken off, and nothing was changed.");
    expect(readdirSync(join(root, ".petstore/new"))).toEqual([]);
    expect(manifestOf(root)).toEqual(known);
  });

  it("there is room for the next ones", () => {
    makeService(root, newServiceOf("badges", "OrderConfirmed", "team-y"));
    expect(readFileSync(join(root, "packages/events/src/catalogue.ts"), "utf8")).toMatch(
      /\.\.\.loyaltyEvents,\s+\.\.\.badgesEvents,\s+\] as const/,
    );
    const next = { after: "WrapGift", undo: "UncountGift", place: "inventory" };
    makeStep(root, newStepOf("CountGift", next, root));
    const wayBack = readFileSync(join(root, "services/orders/src/saga/return-order.ts"), "utf8");
    expect([...wayBack.matchAll(/do: "(\w+)"/g)].map(([, step]) => step)).toEqual([
      ...["RefundPayment", "UncountGift", "UnwrapGift", "ReturnStock", "CloseOrder"],
    ]);
    makeEvent(root, newEventOf("OrderForgotten", "orders", "loyalty,notifications", root));
    expect(() => newStepOf("WrapGift", next, root)).toThrow("something called WrapGift already");
    expect(() => newEventOf("OrderArchived", "orders", "", root)).toThrow("already");
  });

  it("and nothing here was touched", () => expect(manifestOf(repositoryRoot)).toEqual(before));
});
