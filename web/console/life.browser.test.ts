import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { become, browserTest, openPage } from "../test/browser.ts";
import { consoleInBrowser } from "../test/console-in-browser.ts";

const there = consoleInBrowser();
const { see, ordered } = there;
/** Opens the console with an order that went well. */
const seeOrder = async () => {
  const id = await ordered();
  const page = await see(`/console/orders/${id}`);
  await page.locator(".order h1 .CONFIRMED").waitFor();
  return { page, id };
};
const reset = async (page: Page) => {
  await page.bringToFront();
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await page.getByRole("button", { name: "Really reset?" }).click();
  await page.locator(".notice", { hasText: "as it was when its doors opened" }).waitFor();
};
const say = async (page: Page, title: string, line: string) => {
  const card = page.locator(".fault-card", { hasText: title });
  await card.getByRole("searchbox").fill(line);
  await card.getByRole("button", { name: "Do it" }).click();
  const notice = page.locator(".notice", { hasText: line });
  await notice.waitFor();
  await notice.getByRole("button", { name: "Close" }).click();
};
const slider = (page: Page) => page.getByRole("slider", { name: "Choose a moment of the past" });

describe("in the console, what belongs to a life that is gone", () => {
  browserTest("is shown on no screen after a reset, and each says so", async () => {
    const { page, id } = await seeOrder();
    const saga = await see(`/console/saga/FulfilOrder/${id}`);
    await saga.locator(".history li").first().waitFor();
    const data = await see(`/console/data/${id}`);
    await data.locator(".row-card").first().waitFor();
    const events = await see("/console/messages/events");
    await events.locator(".event-row", { hasText: "orders.OrderPlaced" }).first().click();
    await events.locator(".message-panel .fits").waitFor();
    const rebuild = await see("/console/data/rebuild");
    const panel = rebuild.getByRole("article", { name: "Orders, and the lists of them" });
    await panel.getByRole("button", { name: "Rebuild", exact: true }).click();
    await panel.locator(".outcome .equal").waitFor();
    const map = await see("/console/map");
    const requests = map.locator(".is-api .cell-count");
    await requests.filter({ hasText: /^[1-9]/ }).waitFor();
    const broken = await see("/console/break");
    await broken.locator(".robot").getByRole("button", { name: "Start" }).click();
    await broken.locator(".robot", { hasText: "sent," }).waitFor();
    await broken.locator(".scenarios button", { hasText: "well" }).first().click();
    await broken.locator(".scenario-look").waitFor();
    // What was asked for only is no part of this life, but of the next.
    await broken.locator(".notice", { hasText: "The scenario well" }).waitFor();

    await reset(page);
    const gone = "This order is not in this life of the shop any more";
    await page.locator(".gone", { hasText: gone }).waitFor();
    await data.locator(".gone", { hasText: gone }).waitFor();
    await saga.getByText("There is no such execution in this life of the shop").waitFor();
    await saga.locator(".runs", { hasText: "No execution yet" }).waitFor();
    await events.getByText("This event is not in this life of the shop any more").waitFor();
    await panel.locator(".rebuild-progress").waitFor({ state: "detached" });
    await broken.locator(".robot", { hasText: "stops by itself" }).waitFor();
    await broken.locator(".scenario-look").waitFor({ state: "detached" });
    await requests.filter({ hasText: /^0$/ }).waitFor();

    // And one goes on from there.
    await page.getByRole("button", { name: "Send an order" }).click();
    await page.locator(".notice", { hasText: "ordered." }).waitFor();
    await requests.filter({ hasText: /^[1-9]/ }).waitFor();
    // While an answer is on its way, the list has nothing that was known before.
    const answer = Promise.withResolvers<void>();
    await page.route(/console\/orders$/, (route) => answer.promise.then(() => route.continue()));
    await page.getByRole("link", { name: "Choose another order" }).click();
    await page.locator(".orders").waitFor({ state: "attached" });
    expect(await page.locator(`.orders a[href*="${id}"]`).count()).toBe(0);
    answer.resolve();
    await page.locator(".orders li").waitFor();
  });

  browserTest("is no order in the shop's own page either", async () => {
    const { page, id } = await seeOrder();
    const shop = await openPage(there.context, there.shop);
    await become(shop, "Alice Abbot");
    await shop.goto(`${there.shop.api}/shop/orders/${id}`);
    await shop.getByRole("heading", { name: "It is all yours" }).waitFor();
    await reset(page);
    // An order that is done is looked at now and then, and as soon as somebody looks at the page again.
    await shop.evaluate(`document.dispatchEvent(new Event("visibilitychange"))`);
    await shop.getByRole("heading", { name: "Not here" }).waitFor();
    expect(await shop.locator(".steps").count()).toBe(0);
    expect(shop.faults).toEqual([]);
  });

  browserTest("is chosen on the slider with keys, and with the mouse", async () => {
    const { page, id } = await seeOrder();
    const said = page.locator(".slider output");
    const rewind = page.getByRole("button", { name: "Rewind" });
    await slider(page).focus();
    await page.keyboard.press("Home");
    await said.filter({ hasText: /^back/ }).waitFor();
    expect(await rewind.isEnabled()).toBe(true);
    await page.keyboard.press("End");
    await said.filter({ hasText: /^now$/ }).waitFor();
    expect(await rewind.isEnabled()).toBe(false);
    await page.keyboard.press("ArrowLeft");
    await said.filter({ hasText: /^back/ }).waitFor();
    await page.keyboard.press("End");
    await said.filter({ hasText: /^now$/ }).waitFor();

    const box = await slider(page).boundingBox();
    if (!box) throw new Error("There is no slider.");
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width - 4, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, y, { steps: 4 });
    await page.mouse.move(box.x + 1, y, { steps: 4 });
    await page.mouse.up();
    await said.filter({ hasText: /^back/ }).waitFor();
    await page.getByRole("button", { name: ">_" }).click();
    await page.locator(".clock-lines code", { hasText: /rewind \d+$/ }).waitFor();
    await page.keyboard.press("Escape");
    await rewind.click();
    await page.locator(".notice", { hasText: "The shop is where it was" }).waitFor();
    await page.locator(".gone").waitFor();
    expect(page.url()).toContain(id);
  });
});

describe("among the messages of the console", () => {
  browserTest("all dead letters of a queue are redriven at once", async () => {
    await ordered();
    const page = await see("/console/break");
    for (const _ of [1, 2]) await say(page, "Poison a queue", "poison OrderViewsQueue stubborn");
    await page.getByRole("button", { name: "max", exact: true }).click();
    await page.goto(`${there.shop.api}/console/messages/queues/OrderViewsQueueDlq`);
    const cards = page
      .getByRole("region", { name: "OrderViewsQueueDlq" })
      .locator(".message-cards");
    await cards.first().locator("> li").nth(1).waitFor();
    await page.getByRole("button", { name: "1×", exact: true }).click();
    await page.getByRole("button", { name: "Redrive all" }).click();
    await page
      .locator(".notice", { hasText: "2 of OrderViewsQueueDlq went on, 0 stayed" })
      .waitFor();
    await page.getByText("Nothing is here: ProjectOrders gave nothing up.").waitFor();
    await page.getByRole("region", { name: "Redriven lately" }).locator("li").nth(1).waitFor();
  });

  browserTest("an answer that comes late takes the place of no newer one", async () => {
    await ordered();
    const page = await see("/console/messages/pattern");
    await page.locator("[role=status]", { hasText: /[●▲]/ }).waitFor();
    await page.evaluate(`{
      const real = fetch;
      window.asked = window.answered = 0;
      window.held = [];
      window.fetch = (path, init) => {
        const go = () => real(path, init);
        if (!String(path).endsWith("/pattern")) return go();
        window.asked += 1;
        return new Promise((resolve) => window.held.push(() => resolve(go().finally(() => {
          window.answered += 1;
        }))));
      };
    }`);
    const tries = page.getByRole("button", { name: "Try it" });
    const pattern = page.getByRole("textbox", { name: "Pattern", exact: true });
    await pattern.fill('{"source": [{"prefix": "petstore"}]}');
    await tries.click();
    await expect.poll(() => page.evaluate("window.asked")).toBe(1);
    await pattern.fill('{"source": ["nobody"]}');
    await tries.click();
    // The newest question is answered first, wherever both were asked.
    const answers = () =>
      page.evaluate("window.held.pop()?.(), [window.asked, window.answered].join()");
    await expect.poll(answers).toBe("2,2");
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
    expect(await page.locator("[role=status]").textContent()).toContain("▲");
  });
});
