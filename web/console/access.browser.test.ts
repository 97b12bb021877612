import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { browserTest } from "../test/browser.ts";
import { consoleInBrowser } from "../test/console-in-browser.ts";

const there = consoleInBrowser();
const { see } = there;

/** What axe finds wrong, each as one line. */
const violations = (page: Page, options: object) =>
  page.evaluate<string[]>(
    `axe.run(document, ${JSON.stringify({ resultTypes: ["violations"], ...options })}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ": " + target.join(" "))))`,
  );

/** Asks the shop as the console does. */
const asked = async (page: Page, path: string) =>
  JSON.parse(
    await page.evaluate<string>(
      `fetch("/_local/console/${path}", { headers: { "x-petstore": "console" } }).then((a) => a.text())`,
    ),
  );

/** Places an order that is undone. Answers the addresses of every screen with something on it, each with what is waited for. */
const screensOf = async (page: Page): Promise<[path: string, sign: string][]> => {
  await page.getByRole("button", { name: "Place an order" }).click();
  await page.locator(".presets button.plain", { hasText: "declined" }).click();
  await page.locator(".notice", { hasText: "ordered." }).last().waitFor();
  await page.keyboard.press("n");
  await page.locator(".order h1 .REJECTED").waitFor();
  const id = await page.locator(".order-id code").textContent();
  const { bars } = await asked(page, `orders/${id}`);
  const { events } = await asked(page, "events?since=0&limit=10");
  return [
    ["map", ".cell"],
    ["map/orders?thing=OrdersApi", ".panel .facts"],
    ["orders", ".orders li"],
    [`orders/${id}`, ".waterfall .row"],
    [`orders/${id}?bar=${bars[1].seq}`, ".bar-panel pre"],
    [`orders/${id}?side=cost`, ".beside table, .beside dl"],
    ["orders/ord_00000000000000000000000000", ".gone"],
    ["saga", ".history li"],
    [`messages/events/${events[0].seq}`, ".message-panel pre"],
    ["messages/queues/OrderViewsQueueDlq", ".queue-held h2"],
    ["messages/replay", ".rules input"],
    ["messages/pattern", "[role=status].fits, [role=status].misfit"],
    [`data/${id}`, ".row-card"],
    ["data/tables/OrdersTable", ".table-rows .row-card"],
    ["data/rebuild", ".view-panel .hash"],
    ["break", ".promise"],
  ];
};

const looks = [
  ["light", "no"],
  ["dark", "no"],
  ["light", "yes"],
  ["dark", "yes"],
] as const;

describe("for whoever does not see or has no mouse, the console", () => {
  browserTest("has nothing that axe finds wrong, on every screen, in every look", async () => {
    const page = await see();
    const found: string[] = [];
    for (const [path, sign] of await screensOf(page)) {
      await page.goto(`${there.shop.api}/console/${path}`);
      await page.locator(sign).first().waitFor();
      await page.evaluate(axe.source);
      for (const [theme, presenting] of looks) {
        await page.evaluate(
          `Object.assign(document.documentElement.dataset, { theme: "${theme}", presenting: "${presenting}" })`,
        );
        const isFirst = theme === "light" && presenting === "no";
        const only = { runOnly: { type: "rule", values: ["color-contrast"] } };
        const wrong = await violations(page, isFirst ? {} : only);
        found.push(...wrong.map((one) => `${path} ${theme} ${presenting}: ${one}`));
      }
    }
    expect(found).toEqual([]);
  });

  browserTest("is gone through with Tab: everything is reached, is seen, and is left", async () => {
    const page = await see();
    const wrong: string[] = [];
    for (const [path, sign] of await screensOf(page)) {
      if (!/^(map$|messages.(events|pattern)|data.rebuild)/.test(path)) continue;
      await page.goto(`${there.shop.api}/console/${path}`);
      await page.locator(sign).first().waitFor();
      await page.evaluate(`{
        window.reached = new Set();
        window.unseen = [];
        addEventListener("focusin", ({ target }) => {
          window.reached.add(target);
          const { outlineStyle } = getComputedStyle(target);
          const box = target.querySelector?.(".cell-box");
          const isSeen = outlineStyle !== "none" || (box && parseFloat(getComputedStyle(box).strokeWidth) >= 3);
          if (!isSeen) window.unseen.push(target.outerHTML.slice(0, 120));
        });
        window.missed = () =>
          [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
            .filter((one) => !one.disabled && !one.closest("fieldset:disabled"))
            .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !window.reached.has(one))
            .map((one) => one.outerHTML.slice(0, 120));
      }`);
      let missed: string[] = ["nothing was pressed yet"];
      for (let presses = 0; presses < 200 && missed.length > 0; presses++) {
        await page.keyboard.press("Tab");
        if (presses % 20 === 19) missed = await page.evaluate<string[]>("window.missed()");
      }
      const unseen = await page.evaluate<string[]>("window.unseen");
      wrong.push(...missed.map((one) => `${path} is not reached: ${one}`));
      wrong.push(...unseen.map((one) => `${path} is not seen: ${one}`));
    }
    expect(wrong).toEqual([]);
  });

  browserTest(
    "gives the focus back when something is closed, and Space presses a button",
    async () => {
      const page = await see("/console/map/orders");
      const focused = () => page.evaluate<string>("document.activeElement?.textContent ?? ''");
      const cell = page.locator(".cell", { hasText: "API" }).first();
      await cell.focus();
      const before = await focused();
      await page.keyboard.press(" ");
      await page.locator(".panel .facts").waitFor();
      await page.locator(".panel .close").focus();
      await page.keyboard.press(" ");
      await page.locator(".panel").waitFor({ state: "detached" });
      await expect.poll(focused).toBe(before);
      // Neither has stopped time.
      expect((await asked(page, "clock")).paused).toBe(false);

      await page.getByRole("button", { name: "Keys" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog", { name: "Keys" }).getByText("Home End").waitFor();
      await page.keyboard.press("Escape");
      await expect.poll(focused).toBe("?");

      const menu = page.getByRole("button", { name: "Place an order" });
      await menu.focus();
      await page.keyboard.press("Enter");
      await page.locator(".presets").waitFor();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Escape");
      await page.locator(".presets").waitFor({ state: "detached" });
      await expect.poll(focused).toBe("Place an order ▾");
      // The key was the menu's: one is in the room still.
      expect(new URL(page.url()).pathname).toBe("/console/map/orders");
      await page.keyboard.press("Escape");
      await page.waitForURL(/\/console\/map$/);
    },
  );
});
