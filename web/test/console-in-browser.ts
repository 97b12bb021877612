import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import {
  browserFile,
  openBrowser,
  openPage,
  type RunningShop,
  startShop,
  type Watched,
} from "./browser.ts";

/**
 * A shop and a browser for the tests of one file, and a fresh context for each; what a page did that it must not fails its
 * test. Nothing moves before a test wants it: to draw what moves takes half of a machine that has no graphics.
 */
export const consoleInBrowser = () => {
  let browser: Browser | undefined;
  let shop: RunningShop | undefined;
  let context: BrowserContext | undefined;
  const opened: Watched[] = [];

  beforeAll(async () => {
    if (!browserFile) return;
    // One after the other: where one does not start, the other is known, and is ended.
    shop = await startShop();
    browser = await openBrowser();
  });
  beforeEach(async () => {
    context = await browser?.newContext({
      viewport: { width: 1280, height: 720 },
      reducedMotion: "reduce",
    });
    // A limit is there to end what hangs; a busy machine must not meet it.
    context?.setDefaultTimeout(240_000);
  });
  afterEach(async () => {
    await context?.close();
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
