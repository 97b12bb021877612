import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import {
  browserFile,
  command,
  openBrowser,
  openPage,
  type RunningShop,
  startShop,
  type Watched,
} from "./browser.ts";
import { windowsOf } from "./windows.ts";

/**
 * A shop and a browser for the tests of one file, and a context for each in which nobody was; what a page did that it must
 * not fails its test. Nothing moves before a test wants it.
 */
export const consoleInBrowser = () => {
  let browser: Browser | undefined;
  let shop: RunningShop | undefined;
  let windows: ReturnType<typeof windowsOf> | undefined;
  let context: BrowserContext | undefined;
  const opened: Watched[] = [];

  beforeAll(async () => {
    if (!browserFile) return;
    // One after the other: where one does not start, the other is known, and is ended.
    shop = await startShop();
    browser = await openBrowser();
    windows = windowsOf(browser);
  });
  beforeEach(async () => {
    // A test of the same file may have set the clock back.
    if (shop) await command(shop, "clock speed 4");
    context = await windows?.take();
  });
  afterEach(async ({ task }) => {
    await windows?.giveBack({ failed: task.result?.state === "fail" });
    expect(opened.splice(0).flatMap(({ faults }) => faults)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
  });

  return {
    /** The shop that runs for this file. */
    get shop() {
      return shop as RunningShop;
    },
    /** The context of this test. */
    get context() {
      return context as BrowserContext;
    },
    /** Places an order that goes well, and waits until it is confirmed. Answers its id. */
    async ordered(): Promise<string> {
      const { api, accounts } = shop as RunningShop;
      const asked = async (path: string, more: RequestInit = {}) => {
        const headers = {
          authorization: `Bearer ${accounts.alice?.token}`,
          "content-type": "application/json",
          "idempotency-key": crypto.randomUUID(),
        };
        const answer = await fetch(`${api}${path}`, { headers, ...more });
        return (await answer.json()) as { orderId: string; status: string };
      };
      const lines = [{ productId: "prd_fish-food", quantity: 1 }];
      const body = JSON.stringify({ lines, paymentToken: "tok_approve" });
      const { orderId } = await asked("/orders", { method: "POST", body });
      await expect.poll(async () => (await asked(`/orders/${orderId}`)).status).toBe("CONFIRMED");
      return orderId;
    },
    /** Opens a page of a shop and waits until it can be used. */
    async see(path = "/console/", at?: RunningShop, options = {}): Promise<Watched> {
      const page = await openPage(
        context as BrowserContext,
        at ?? (shop as RunningShop),
        path,
        options,
      );
      opened.push(page);
      await page.getByRole("button", { name: "Place an order" }).waitFor();
      return page;
    },
  };
};
