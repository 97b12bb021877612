import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import {
  become,
  browserFile,
  browserTest,
  command,
  openBrowser,
  openPage,
  type RunningShop,
  startShop,
  type Watched,
} from "./browser.ts";
import { windowsOf } from "./windows.ts";

const kept = mkdtempSync(join(tmpdir(), "kept-"));
let browser: Browser;
let shop: RunningShop;
let windows: ReturnType<typeof windowsOf> | undefined;
const opened: Watched[] = [];

beforeAll(async () => {
  if (!browserFile) return;
  // One after the other: where one does not start, the other is known, and is ended.
  shop = await startShop("--persist", kept);
  await command(shop, "clock speed 4");
  browser = await openBrowser();
  windows = windowsOf(browser);
});
afterEach(async ({ task }) => {
  await windows?.giveBack({ failed: task.result?.state === "fail" });
  expect(opened.splice(0).flatMap(({ faults }) => faults)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});

/** Somebody's browser, with the shop open. */
const visit = async (who: string, at = shop, options = {}) => {
  const { take } = windows as ReturnType<typeof windowsOf>;
  const page = await openPage(await take(), at, "/shop/", options);
  opened.push(page);
  await become(page, who);
  return page;
};

const into = (page: Page, product: string) =>
  page
    .locator(".card", { hasText: product })
    .getByRole("button", { name: /Into the basket|One more/ })
    .click();
const toBasket = (page: Page) => page.locator(".to-basket").click();
const orderButton = (page: Page) => page.getByRole("button", { name: /Order and pay/ });
const headline = (page: Page, text: string) =>
  page.getByRole("heading", { level: 1, name: text }).waitFor();

const ordersOf = async (name: string): Promise<{ orderId: string; status: string }[]> => {
  const answer = await fetch(`${shop.api}/orders?limit=100`, {
    headers: { authorization: `Bearer ${shop.accounts[name]?.token}` },
  });
  return ((await answer.json()) as { items: { orderId: string; status: string }[] }).items;
};

describe("in the shop's page", () => {
  browserTest("an order is placed and followed to its end, and is among one's own", async () => {
    const page = await visit("Alice Abbot");
    await into(page, "Glass bowl");
    await into(page, "Fish flakes");
    await into(page, "Fish flakes");
    await toBasket(page);
    await page.getByText("$42.97").first().waitFor();
    await orderButton(page).click();
    await headline(page, "It is all yours");
    expect(await page.locator(".steps .done .name").allTextContents()).toEqual([
      "We have your order",
      "Set aside for you",
      "Your bank agreed",
      "Confirmed",
      "Paid",
      "Ready to be fetched",
    ]);
    await page.getByRole("link", { name: "My orders" }).first().click();
    await page.locator(".orders li", { hasText: "It is all yours" }).first().waitFor();
    await page.goBack();
    await headline(page, "It is all yours");
    await page.reload();
    await headline(page, "It is all yours");
    expect(await page.locator(".count").textContent()).toMatch(/^0/);
    await page.locator(".to-basket").click();
    await page.getByText("Your last order is in My orders").waitFor();
  });

  browserTest("a declined card is told kindly, and another one does", async () => {
    const page = await visit("Carol Catt");
    await into(page, "Collar");
    await toBasket(page);
    await page.getByRole("radio", { name: "A card that is declined" }).check();
    await orderButton(page).click();
    await headline(page, "Your bank said no");
    await page.getByText("nothing was taken").waitFor();
    await page.getByRole("button", { name: "Try another card" }).click();
    await orderButton(page).click();
    await headline(page, "It is all yours");
  });

  browserTest("what is cancelled is off, and paid money comes back", async () => {
    const page = await visit("Carol Catt");
    await into(page, "Silent wheel");
    await toBasket(page);
    await orderButton(page).click();
    await headline(page, "It is all yours");
    // That it is being cancelled is told before the shop tells of the order again.
    const { promise: isTold, resolve: told } = Promise.withResolvers<void>();
    await page.route("**/orders/*?version=*", (route) => isTold.then(() => route.continue()));
    await page.getByRole("button", { name: "Cancel this order" }).click();
    await headline(page, "Being cancelled");
    told();
    await headline(page, "Cancelled");
    await page.getByText("All that you paid is back on your card.").waitFor();
  });

  browserTest("a double click is one order", async () => {
    const page = await visit("Bob Barker");
    const before = await ordersOf("bob");
    await into(page, "Meadow hay");
    await toBasket(page);
    await orderButton(page).dblclick();
    await headline(page, "It is all yours");
    await expect.poll(async () => (await ordersOf("bob")).length).toBe(before.length + 1);
  });

  browserTest("lost answers and a reload between them are one order", async () => {
    const page = await visit("Bob Barker", shop, { outage: true });
    const before = await ordersOf("bob");
    const keys: (string | undefined)[] = [];
    let reloaded = false;
    await page.route("**/orders", async (route) => {
      if (reloaded || route.request().method() !== "POST") return route.continue();
      keys.push(route.request().headers()["idempotency-key"]);
      await route.fetch();
      return route.abort();
    });
    await into(page, "Meadow hay");
    await toBasket(page);
    await orderButton(page).click();
    await page.getByText("The answer did not arrive. Asking again, for the same order.").waitFor();
    await expect.poll(() => keys.length).toBeGreaterThan(1);
    // No answer comes before the reload: one that came while the page goes away would be shown by nobody.
    await page.reload({ waitUntil: "commit" });
    reloaded = true;
    await headline(page, "It is all yours");
    expect(new Set(keys).size).toBe(1);
    await expect.poll(async () => (await ordersOf("bob")).length).toBe(before.length + 1);
  });

  browserTest("a busy shop is asked again with the same key, and the page says so", async () => {
    const page = await visit("Alice Abbot", shop, { outage: true });
    const keys: (string | undefined)[] = [];
    await page.route("**/orders", (route) => {
      const request = route.request();
      if (request.method() !== "POST") return route.continue();
      keys.push(request.headers()["idempotency-key"]);
      if (keys.length > 2) return route.continue();
      return route.fulfill({
        status: keys.length === 1 ? 429 : 503,
        contentType: "application/json",
        body: '{"message":"Too Many Requests"}',
      });
    });
    await into(page, "Collar");
    await toBasket(page);
    await orderButton(page).click();
    await page.getByText("Many people want something at once.").waitFor();
    await page.getByText("The shop is busy.").waitFor();
    await headline(page, "It is all yours");
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  browserTest(
    "of two who want the last animal, one gets it and the other is told kindly",
    async () => {
      const pages = await Promise.all([visit("Alice Abbot"), visit("Bob Barker")]);
      for (const page of pages) {
        await into(page, "Zeno the tortoise");
        await toBasket(page);
      }
      await Promise.all(pages.map((page) => orderButton(page).click()));
      const ends = pages.map(async (page) => {
        const title = page.locator("h1", { hasText: /It is all yours|Somebody was quicker/ });
        await title.waitFor();
        return title.textContent();
      });
      expect((await Promise.all(ends)).toSorted()).toEqual([
        "It is all yours",
        "Somebody was quicker",
      ]);
      for (const page of pages) await page.locator(".brand").click();
      await Promise.all(
        pages.map((page) =>
          page.locator(".card", { hasText: "Zeno" }).getByText("Has found a home").waitFor(),
        ),
      );
    },
  );

  browserTest("a hostile name of a product is text", async () => {
    const { aws: endpoint, accessKeyId, secretAccessKey } = shop;
    const lambda = new LambdaClient({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId, secretAccessKey },
    });
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const name = `<img src=x onerror="document.title='broken'"><script>1</script>`;
    await lambda.send(
      new InvokeCommand({
        FunctionName: Functions.find((one) => one.FunctionName?.includes("ListProduct"))
          ?.FunctionName,
        Payload: JSON.stringify({
          productId: "prd_hostile",
          name,
          description: "<b onclick=alert(1)>bold</b>",
          kind: "supplies",
          price: { amount: 100, currency: "USD" },
        }),
      }),
    );
    const page = await visit("Alice Abbot");
    await page.locator("h3", { hasText: "<img src=x" }).waitFor();
    expect(await page.locator("h3", { hasText: "<img src=x" }).textContent()).toBe(name);
    expect(await page.locator("main img, main script, main b").count()).toBe(0);
    expect(await page.title()).not.toBe("broken");
  });

  browserTest("all of an order can be done with the keyboard", async () => {
    const page = await visit("Alice Abbot");
    const reach = async (name: RegExp) => {
      for (let tabs = 0; tabs < 60; tabs++) {
        await page.keyboard.press("Tab");
        const focused = await page.evaluate<string>("document.activeElement?.innerText ?? ''");
        if (name.test(focused)) return;
      }
      throw new Error(`Tab does not reach ${name}.`);
    };
    await reach(/Into the basket.*Bird cage/s);
    await page.keyboard.press("Enter");
    await reach(/To the basket/);
    await page.keyboard.press("Enter");
    await headline(page, "Your basket");
    await page.getByText("Together").waitFor();
    await reach(/Order and pay/);
    await page.keyboard.press("Enter");
    await headline(page, "It is all yours");
  });
});

describe("a window that a test was done with", () => {
  browserTest("is as new for the next one, and is not used again where it failed", async () => {
    const own = windowsOf(browser);
    const context = await own.take();
    const page = await openPage(context, shop);
    await become(page, "Alice Abbot");
    await into(page, "Collar");
    await page.evaluate("localStorage.left = sessionStorage.left = 1");
    await page.route("**/*", (route) => route.abort());
    await openPage(context, shop);
    await own.giveBack({ failed: false });

    expect(await own.take()).toBe(context);
    expect(await context.cookies()).toEqual([]);
    expect(context.pages()).toHaveLength(1);
    const again = await openPage(context, shop);
    await again.locator("header .who", { hasText: "Sign in" }).waitFor();
    expect(await again.locator(".count").textContent()).toMatch(/^0/);
    const left = "[localStorage.left, sessionStorage.left, history.length]";
    // The history has the empty page, and this one.
    expect(await again.evaluate(left)).toEqual([undefined, undefined, 2]);
    await own.giveBack({ failed: true });
    const another = await own.take();
    expect(another).not.toBe(context);
    await another.close();
  });
});

describe("when the shop goes away and comes back", () => {
  browserTest("the page says so, and goes on by itself", async () => {
    // The last test of this file: what is stopped here nobody needs any more.
    let second: RunningShop | undefined;
    try {
      await command(shop, "clock speed 1"); // the shop is to go away before the bank answers
      const page = await visit("Alice Abbot", shop, { outage: true });
      await into(page, "Glass bowl");
      await toBasket(page);
      await page.getByRole("radio", { name: "A slow bank" }).check();
      await orderButton(page).click();
      await headline(page, "Waiting for your bank");
      await shop.stop();
      await page.getByText("The shop does not answer. Asking again until it does.").waitFor();
      second = await startShop("--persist", kept, "--api-port", new URL(shop.api).port);
      await command(second, "clock speed 4"); // the bank needs as long as it would in a shop that stayed
      await headline(page, "It is all yours");
      await page.locator(".waiting").waitFor({ state: "hidden" });
    } finally {
      await second?.stop();
    }
  });
});
