import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, describe, expect } from "vitest";
import { museum } from "../../../local/sim/mutants/museum.ts";
import type { Mutant } from "../../../local/sim/mutants/mutant.ts";
import { variantOf } from "../../../local/sim/mutants/variant.ts";
import { replay } from "../../../local/sim/replay.ts";
import { browserTest } from "../../test/browser.ts";
import { consoleInBrowser } from "../../test/console-in-browser.ts";

const folder = mkdtempSync(join(tmpdir(), "runs-browser-"));
const there = consoleInBrowser();
const { see, ordered } = there;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = async (page: Page) => {
  await page.getByRole("button", { name: "Place an order" }).click();
  await page.locator(".presets button.plain", { hasText: "An order that goes well" }).click();
};
const newest = async (page: Page) => {
  await page.keyboard.press("n");
  await page.locator(".order h1 .CONFIRMED").waitFor();
  return (await page.locator(".order-id code").textContent()) ?? "";
};
/** A run of the shop whose ladder forgets to release stock: one order, whose card is declined. Answers its file. */
const brokenRun = async () => {
  const mutant = museum.find(({ name }) => name === "stock-not-undone") as Mutant;
  const lines = [{ productId: "prd_hay", quantity: 1 }];
  const order = { name: "order-1", at: 0, as: "alice", card: "tok_decline", lines };
  const { outcome, runFile } = await replay(
    {
      ...{ version: 1, seed: 10_000_000, until: 1_000, calmAt: 60_000, acts: [] },
      orders: [{ ...order, twice: false, tries: 90 }],
      faults: { kind: "exactly", points: [] },
    },
    await variantOf(mutant),
  );
  expect(outcome.violations.map(({ invariant }) => invariant)).toContain("I9");
  const moved = join(folder, basename(runFile));
  renameSync(runFile, moved);
  return moved;
};
const menu = (page: Page) => page.getByRole("button", { name: "Run ▾" });
/** Ends a run where it was opened. */
const closeRun = async (page: Page, file: string) => {
  await page.bringToFront();
  if (!(await page.locator(".opened").isVisible())) await menu(page).click();
  await page.getByRole("button", { name: `Close ${file}` }).click();
  await page.getByText("No recorded run is open.").waitFor();
};
const shoot = async (page: Page, name: string) => {
  const { RUNS_SHOTS } = process.env;
  if (RUNS_SHOTS) await page.screenshot({ path: join(RUNS_SHOTS, `${name}.png`) });
};

describe("a run as a file, in the console", () => {
  browserTest(
    "is exported, opened from its file, and shows its order; nothing can be done in it",
    async () => {
      const orderId = await ordered();
      const page = await see();

      await menu(page).focus();
      await page.keyboard.press("Enter");
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Export this run" }).click();
      const file = join(folder, "monday.petstore-run");
      await (await download).saveAs(file);
      await page.locator(".notice", { hasText: "Nothing in it is secret." }).waitFor();
      await shoot(page, "export");

      await page.getByLabel("Open a run from a file").setInputFiles(file);
      await page.locator(".notice", { hasText: "monday.petstore-run is open" }).waitFor();
      await shoot(page, "import");
      const [tab] = await Promise.all([
        there.context.waitForEvent("page"),
        page.locator(".opened a", { hasText: "monday.petstore-run" }).click(),
      ]);
      await tab.locator(".run-banner", { hasText: "Nothing happens in it." }).waitFor();
      await tab.goto(new URL(`/console/orders/${orderId}`, tab.url()).href);
      await tab.locator(".run-banner").waitFor(); // until it is there, the page takes itself for a shop's
      await tab.locator(".order h1 .CONFIRMED").waitFor();
      await tab.locator(".waterfall .label", { hasText: "CapturePayment" }).waitFor();
      await shoot(tab, "banner");

      expect(await tab.getByRole("button", { name: "Place an order" }).count()).toBe(0);
      expect(await tab.getByRole("button", { name: "Send the first order" }).count()).toBe(0);
      await tab.locator("body").press("o");
      await tab.locator(".notice.wrong", { hasText: "This is a recorded run of" }).waitFor();
      await tab.getByRole("button", { name: "Go on from here" }).click();
      const link = tab.locator(".notice a", { hasText: "Open its console" });
      const [shopTab] = await Promise.all([there.context.waitForEvent("page"), link.click()]);
      await shopTab.getByRole("button", { name: "Place an order" }).waitFor();
      await shopTab.locator(".clock").waitFor();
      expect(await shopTab.locator(".run-banner").count()).toBe(0);
      await place(shopTab);
      await shopTab.locator(".notice", { hasText: "ordered." }).last().waitFor();
      expect(await newest(shopTab)).not.toBe(orderId);

      await closeRun(page, "monday.petstore-run");
    },
  );

  browserTest(
    "that the simulator saw break a promise says which, and leads to the order",
    async () => {
      const runFile = await brokenRun();
      const page = await see();
      await menu(page).click();
      await page.getByLabel("Open a run from a file").setInputFiles(runFile);
      await page.locator(".notice", { hasText: "is open" }).waitFor();
      const [tab] = await Promise.all([
        there.context.waitForEvent("page"),
        page.locator(".notice a", { hasText: "Look at it" }).click(),
      ]);
      const banner = tab.locator(".run-banner");
      await banner.getByText("Its infrastructure is another one than here").waitFor();
      await banner.getByRole("link", { name: "I9 is broken" }).click();
      await tab.locator(".promise.broken a", { hasText: "holds stock" }).click();
      await tab.locator(".order h1 .REJECTED").waitFor();
      await tab.locator(".waterfall .label", { hasText: "VoidPayment" }).waitFor();
      expect(await tab.locator(".waterfall .label", { hasText: "ReleaseStock" }).count()).toBe(0);

      // The ladder is the one that ran, without the step that is forgotten.
      await tab.keyboard.press("3");
      await tab.locator(".rung.undo.done", { hasText: "VoidPayment" }).waitFor();
      expect(await tab.locator(".rung", { hasText: "ReleaseStock" }).count()).toBe(0);
      await tab.keyboard.press("4");
      await tab.locator(".event-row", { hasText: "orders.OrderRejected" }).waitFor();
      await tab.keyboard.press("2");
      await tab.locator(".orders a", { hasText: "REJECTED" }).click();
      await tab.getByRole("link", { name: "Its data" }).click();
      const reservation = tab.locator(".row-card", { hasText: "$reservation_1" });
      await reservation.waitFor();
      await shoot(tab, "broken");
      await closeRun(page, basename(runFile));
    },
  );

  browserTest("that is none is refused in one sentence, and the shop goes on", async () => {
    const page = await see();
    const file = join(folder, "other.petstore-run");
    writeFileSync(file, JSON.stringify({ of: "<b>another program</b>" }));
    await menu(page).click();
    await page.getByLabel("Open a run from a file").setInputFiles(file);
    await page.locator(".refused", { hasText: "other.petstore-run is no recorded run." }).waitFor();
    await shoot(page, "import-error");
    await page.getByText("No recorded run is open.").waitFor();
    await place(page);
    await page.locator(".notice", { hasText: "ordered." }).last().waitFor();
  });
});
