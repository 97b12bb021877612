import type { Locator, Page } from "playwright-core";
import { describe, expect } from "vitest";
import { browserTest } from "../../test/browser.ts";
import { consoleInBrowser } from "../../test/console-in-browser.ts";

const { see, ordered } = consoleInBrowser();

/** How many events the view of the order that is shown has had. */
const eventsSeen = (page: Page) =>
  page.evaluate<number>(`(async () => {
    const id = location.pathname.split("/").at(-1);
    const headers = { "x-petstore": "console" };
    const answer = await fetch("/_local/console/data/" + id, { headers });
    const { steps } = await answer.json();
    return steps.findLast(({ row }) => row === "ReadTable " + id + " ORDER")?.after.raw.seen.length ?? 0;
  })()`);

/** Places an order and waits until it is confirmed, and its rows are shown. */
const seeDataOfAnOrder = async (): Promise<Page> => {
  const page = await see(`/console/data/${await ordered()}`);
  await page.locator(".row-card.answer", { hasText: "answered from the view" }).waitFor();
  // Two events of the order, of its payment and of its reservation: there are no more.
  await expect.poll(() => eventsSeen(page)).toBe(6);
  return page;
};
const raw = (page: Page) => page.getByRole("region", { name: "As DynamoDB keeps it" });
const outbox = (page: Page): Locator =>
  raw(page).locator(".group", { hasText: "orders · OrdersOutbox" }).locator(".row-card");
/** Goes on, write by write, until its sentence is this. */
const stepUntil = async (page: Page, sentence: RegExp) => {
  const count = page.locator(".step-text .count");
  for (;;) {
    const [, at, most] = /^(\d+) of (\d+)/.exec((await count.textContent()) ?? "") ?? [];
    if (at === most) throw new Error(`There was no write like ${sentence}`);
    await page.keyboard.press("ArrowRight");
    await count.getByText(new RegExp(`^${Number(at) + 1} of `)).waitFor();
    if (sentence.test((await page.locator(".step-text strong").textContent()) ?? "")) return;
  }
};

describe("on the screen Data", () => {
  browserTest("an outbox row comes and goes, write by write, with the keyboard", async () => {
    const page = await seeDataOfAnOrder();
    await page.keyboard.press("Home");
    await page.locator(".step-text .count", { hasText: /^0 of/ }).waitFor();
    await page.getByText("There is no such order yet: 404.").waitFor();
    await stepUntil(page, /^OrdersApi put event OrderPlaced in OrdersOutbox$/);
    await outbox(page).locator(".did", { hasText: "+ put" }).waitFor();
    await stepUntil(page, /^OrdersRelayOutbox deleted event OrderPlaced in OrdersOutbox$/);
    await outbox(page).locator(".did", { hasText: "− deleted" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await outbox(page).waitFor({ state: "detached" });
    await page.keyboard.press("ArrowLeft");
    await outbox(page).locator(".did", { hasText: "− deleted" }).waitFor();
  });

  browserTest(
    "a change is told in all three columns, and what belongs together is marked",
    async () => {
      const page = await seeDataOfAnOrder();
      await page.keyboard.press("Home");
      await page.locator(".step-text .count", { hasText: /^0 of/ }).waitFor();
      await stepUntil(page, /^ConfirmOrder changed order in OrdersTable$/);
      for (const name of ["As DynamoDB keeps it", "As the code reads it"]) {
        const card = page.getByRole("region", { name }).locator(".row-card.is-changed");
        await card.locator("del", { hasText: "PLACED" }).first().waitFor();
        await card.locator("ins", { hasText: "CONFIRMED" }).first().waitFor();
      }
      await page.locator(".row-card.answer").waitFor();
      await page.keyboard.press("End");
      const title = raw(page).getByRole("button", { name: /^.*\$orders#id_/ });
      await title.click();
      const view = page.locator(".row-card.is-together", { hasText: "order view" });
      await view.locator(".together").waitFor();
      await page
        .getByRole("region", { name: "As the code reads it" })
        .locator(".is-together")
        .waitFor();
    },
  );

  browserTest("an order's id leads from a table's row to the order, and to its story", async () => {
    const page = await seeDataOfAnOrder();
    await page.getByRole("link", { name: "A table", exact: true }).click();
    await page.getByRole("link", { name: /^OrdersTable/ }).click();
    await page.getByRole("searchbox", { name: "Rows that have this text" }).fill("$orders");
    const row = page.locator(".table-rows li").first();
    await row.locator(".quiet", { hasText: "order" }).waitFor();
    await row.getByRole("link", { name: "its order" }).click();
    await page.getByRole("link", { name: "Its story" }).click();
    await page.locator(".order h1").waitFor();
  });

  browserTest(
    "a spoilt row is mended by a rebuild, and the next one's hashes are equal",
    async () => {
      const page = await seeDataOfAnOrder();
      await page.getByRole("link", { name: "Rebuild a read model" }).click();
      const panel = page.getByRole("article", { name: "Orders, and the lists of them" });
      const hash = panel.locator(".hash code").first();
      const whole = await hash.getAttribute("title");
      await panel.getByRole("button", { name: "Spoil one row" }).click();
      await page.locator(".notice", { hasText: "is wrong now" }).waitFor();
      await panel.locator(`.hash code:not([title="${whole}"])`).first().waitFor();
      await panel.getByRole("button", { name: "Rebuild", exact: true }).click();
      await panel.locator(".unequal", { hasText: "≠ 1 row differs" }).waitFor();
      await panel.locator(".difference", { hasText: "total.amount" }).waitFor();
      expect(await hash.getAttribute("title")).toBe(whole);
      await panel.getByRole("button", { name: "Rebuild", exact: true }).click();
      await panel.locator(".equal", { hasText: "= equal" }).waitFor();
    },
  );
});
