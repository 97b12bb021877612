import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { browserTest } from "../test/browser.ts";
import { consoleInBrowser } from "../test/console-in-browser.ts";

const there = consoleInBrowser();
const { see, ordered } = there;

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

/** Goes to a screen as a link of the console does: what was loaded stays, and a page need not learn anew how to be quick. */
const goTo = async (page: Page, [path, sign]: [path: string, sign: string]) => {
  await page.evaluate(
    `history.pushState(null, "", "/console/${path}"); dispatchEvent(new PopStateEvent("popstate"))`,
  );
  await page.locator(sign).first().waitFor();
};

describe("for whoever does not see or has no mouse, the console", () => {
  browserTest("has nothing that axe finds wrong, on every screen, in every look", async () => {
    const page = await see();
    const found: string[] = [];
    const screens = await screensOf(page);
    await page.evaluate(axe.source);
    for (const screen of screens) {
      await goTo(page, screen);
      for (const [theme, presenting] of looks) {
        await page.evaluate(
          `Object.assign(document.documentElement.dataset, { theme: "${theme}", presenting: "${presenting}" })`,
        );
        const isFirst = theme === "light" && presenting === "no";
        const only = { runOnly: { type: "rule", values: ["color-contrast"] } };
        const wrong = await violations(page, isFirst ? {} : only);
        found.push(...wrong.map((one) => `${screen[0]} ${theme} ${presenting}: ${one}`));
      }
    }
    expect(found).toEqual([]);
  });

  browserTest("is gone through with Tab: everything is reached, is seen, and is left", async () => {
    const page = await see();
    const wrong: string[] = [];
    for (const screen of await screensOf(page)) {
      const [path] = screen;
      if (!/^(map$|messages.(events|pattern)|data.rebuild)/.test(path)) continue;
      await page.goto(`${there.shop.api}/console/${path}`);
      await page.locator(screen[1]).first().waitFor();
      // By its words and place in the page, for lists and views are drawn anew while one goes through them.
      await page.evaluate(`{
        const nameOf = (one) => [one.tagName, one.getAttribute("href"), one.getAttribute("aria-label"), one.className,
          one.textContent.replace(/[\\d,.:]+/g, "0")].join(" ").slice(0, 160);
        window.reached = new Set();
        window.unseen = [];
        addEventListener("focusin", ({ target }) => {
          window.reached.add(nameOf(target));
          const { outlineStyle } = getComputedStyle(target);
          const box = target.querySelector?.(".cell-box");
          const isSeen = outlineStyle !== "none" || (box && parseFloat(getComputedStyle(box).strokeWidth) >= 3);
          if (!isSeen) window.unseen.push(nameOf(target));
        });
        window.missed = () =>
          [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
            .filter((one) => !one.disabled && !one.closest("fieldset:disabled") && !one.matches(".event-row"))
            .filter((one) => one.checkVisibility({ visibilityProperty: true }))
            .map(nameOf)
            .filter((name) => !window.reached.has(name));
      }`);
      let missed: string[] = ["nothing was pressed yet"];
      for (let presses = 0; presses < 120 && missed.length > 0; presses++) {
        await page.keyboard.press("Tab");
        if (presses % 10 === 9) missed = await page.evaluate<string[]>("window.missed()");
      }
      const unseen = await page.evaluate<string[]>("window.unseen");
      wrong.push(...missed.map((one) => `${path} is not reached: ${one}`));
      wrong.push(...unseen.map((one) => `${path} is not seen: ${one}`));
    }
    expect(wrong).toEqual([]);
  });

  browserTest(
    "passes a list of events with one Tab, and goes through it with the arrows",
    async () => {
      await ordered();
      const page = await see("/console/messages/events");
      await page.locator(".event-row").first().waitFor();
      const shown = () => page.locator(".event-row[aria-current]").getAttribute("data-seq");
      const focused = () => page.evaluate<string>("document.activeElement?.dataset.seq ?? ''");
      await page.getByRole("searchbox", { name: "Text in the event" }).focus();
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement?.getAttribute('aria-label')")).toBe(
        "Events",
      );
      await page.keyboard.press("ArrowDown");
      await page.locator(".message-panel pre").first().waitFor();
      const newest = await shown();
      await expect.poll(focused).toBe(newest);
      await page.keyboard.press("ArrowUp");
      await expect.poll(async () => Number(await shown())).toBeLessThan(Number(newest));
      await expect.poll(focused).toBe(await shown());
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement?.closest('.event-list')")).toBeNull();
    },
  );

  browserTest(
    "gives the focus back when something is closed, and Space presses a button",
    async () => {
      const page = await see("/console/map/orders");
      const focused = () => page.evaluate<string>("document.activeElement?.textContent ?? ''");
      const cell = page.locator(".cell", { hasText: "API" }).first();
      await cell.focus();
      await page.keyboard.press(" ");
      await page.locator(".panel .facts").waitFor();
      await page.locator(".panel .close").focus();
      await page.keyboard.press(" ");
      await page.locator(".panel").waitFor({ state: "detached" });
      // Not by all of its words: how much has passed is told a moment later.
      await page.locator(".cell:focus", { hasText: "API" }).waitFor();
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
