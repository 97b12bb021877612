import type { Browser, BrowserContext, Page } from "playwright-core";

/** Pages that are there before their test opens one. */
const spare = new WeakMap<BrowserContext, Page>();

/** The page that is there already, or a new one. */
export const pageIn = async (context: BrowserContext): Promise<Page> => {
  const page = spare.get(context) ?? (await context.newPage());
  spare.delete(context);
  return page;
};

/** The origin of what a page shows; undefined where that has none, and keeps nothing. */
const originOf = (page: Page) => {
  const { origin } = new URL(page.url());
  return origin === "null" ? undefined : origin;
};

/** Leaves one page in a context, which shows nothing, and forgets what was kept and asked for there. */
const clear = async (context: BrowserContext) => {
  const origins = new Set(context.pages().map(originOf));
  const [page = await context.newPage(), ...others] = context.pages();
  for (const other of others) await other.close();
  for (const heard of ["console", "pageerror", "request", "requestfailed", "response"])
    page.removeAllListeners(heard);
  await page.unrouteAll();
  if (originOf(page)) await page.evaluate("sessionStorage.clear()");
  await page.goto("about:blank");
  await page.emulateMedia({ reducedMotion: "reduce" });
  const devtools = await context.newCDPSession(page);
  await devtools.send("Page.resetNavigationHistory");
  for (const origin of origins)
    if (origin) await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  await devtools.detach();
  spare.set(context, page);
};

/**
 * The windows of a browser, for the tests of one file. A new one costs the processor more than a page of ours in it: one that
 * a test is done with is cleared, and the next test has it. What a test that failed has left is not used again.
 */
export const windowsOf = (browser: Browser) => {
  const free: BrowserContext[] = [];
  const taken: BrowserContext[] = [];
  return {
    /** A context in which nobody was, and nothing moves: to draw what moves takes half of a machine that has no graphics. */
    async take(): Promise<BrowserContext> {
      const looks = { viewport: { width: 1280, height: 720 }, reducedMotion: "reduce" } as const;
      const context = free.pop() ?? (await browser.newContext(looks));
      taken.push(context);
      // A limit is there to end what hangs; a busy machine must not meet it.
      context.setDefaultTimeout(240_000);
      return context;
    },
    /** Takes back all that a test has taken. */
    async giveBack({ failed }: { failed: boolean }) {
      for (const context of taken.splice(0)) {
        if (failed) await context.close();
        else await clear(context).then(() => free.push(context));
      }
    },
  };
};
