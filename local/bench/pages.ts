import { gzipSync } from "node:zlib";
import { browserFile, openBrowser, openPage, type Watched } from "../../web/test/browser.ts";
import { passingsIn } from "../console/passings.ts";
import type { Lines, News } from "../console/trace.ts";
import type { Summary } from "../lens/summary-of.ts";
import { builtPages, pageNames } from "../web/built.ts";
import { countFrames, type Frames, scroll, type } from "./page-frames.ts";
import { type Watching, watch } from "./page-watching.ts";
import { pause, type RunningShop, startShop, twoLines } from "./running-shop.ts";

/** What people notice of the pages. */
export type PageFigures = {
  /** What is sent of each page, packed, without pictures, in KB. */
  sizes: { page: string; kb: number }[];
  /** Addresses on other hosts that were asked. */
  strangers: string[];
  /** From the question for a page to its first paint, in ms: medians. */
  paints: { page: string; ms: number }[];
  entries: number;
  /** An empty page, as a yardstick for this machine at this moment. */
  idle: Frames;
  lists: { what: string; frames: Frames }[];
  arriving: { what: string; perSecond: number; frames: Frames }[];
  watching: Watching[];
};

/** Whether there is a browser on this machine. */
export const hasBrowser = browserFile !== undefined;

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Listed = { orders: { orderId: string; short: string; placedAt: number }[] };

const wide = { viewport: { width: 1280, height: 720 } };
const LOOKED_AT_MS = 4_000;

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const sizesOf = async () => {
  const built = builtPages();
  return Promise.all(
    pageNames.map(async (page) => {
      const files = [...(await built.page(page))];
      const texts = files.filter(([path]) => /\.(html|js|css)$/.test(path));
      return { page, kb: texts.reduce((sum, [, body]) => sum + gzipSync(body).length, 0) / 1024 };
    }),
  );
};

/** Opens a page anew so many times, with nothing kept by the browser. */
const paintOf = async (browser: Browser, shop: RunningShop, page: string, times: number) => {
  const taken: number[] = [];
  const faults: string[] = [];
  for (let i = 0; i < times; i++) {
    const context = await browser.newContext(wide);
    context.setDefaultTimeout(240_000);
    const opened = await openPage(context, shop, `/${page}/`);
    const painted = await opened.evaluate<number>(`(async () => {
      for (;;) {
        const [paint] = performance.getEntriesByName("first-contentful-paint");
        if (paint) return paint.startTime;
        await new Promise(requestAnimationFrame);
      }
    })()`);
    taken.push(painted);
    faults.push(...opened.faults);
    await context.close();
  }
  return { ms: median(taken), strangers: faults.filter((one) => one.startsWith("asks another")) };
};

const ask = <T>(page: Watched, path: string) =>
  page.evaluate<T>(
    `fetch("/_local/console/${path}", { headers: { "x-petstore": "console" } }).then((a) => a.json())`,
  );

/** Places orders until the trace has so many entries. */
const fillTrace = async (page: Watched, shop: RunningShop, entries: number) => {
  for (let i = 0; ; i += 8) {
    const { last } = await ask<Lines>(page, "trace?newest=true&limit=1");
    if (last >= entries) return last;
    const eight = Array.from({ length: 8 }, (_, j) => i + j);
    await Promise.all(
      eight.map(async (one) => shop.read(await shop.place(`fill-${one}`, twoLines(one)))),
    );
  }
};

const lookAtLists = async (page: Watched) => {
  const lists: PageFigures["lists"] = [];
  const look = async (what: string, step: string) =>
    lists.push({ what, frames: await countFrames(page, LOOKED_AT_MS, step) });
  const tab = (name: string) => page.locator(".tabs a", { hasText: name }).click();

  await page.locator(".map-box .cell").first().waitFor();
  await page.keyboard.press("t");
  await page.locator(".ticker .list-row").first().waitFor();
  await look("what passes, scrolled", scroll(".ticker .list"));
  await look("what passes, filtered", type(".ticker input", "orderplaced"));
  await page.keyboard.press("t");
  await tab("Orders");
  await page.locator(".orders li").nth(5).waitFor();
  await look("orders, scrolled", scroll(".screen"));
  await look("orders, found by a word", type("#find", "confirmed"));
  // The list of what was found goes with the focus.
  await page.locator("#find").focus();
  await page.keyboard.press("Escape");
  await page.locator(".found").waitFor({ state: "detached" });
  await page.locator(".orders li a").first().click();
  await page.locator(".waterfall .row").nth(5).waitFor();
  await page.locator(".causes button").nth(5).waitFor();
  await look("an order's waterfall, scrolled", scroll(".work"));
  await look("an order's causes, scrolled", scroll(".beside"));
  await tab("Messages");
  await page.locator(".event-row").nth(5).waitFor();
  await look("events, scrolled", scroll(".event-list .list"));
  await look("events, filtered", type('.event-filter input[placeholder="Text in it"]', "placed"));
  return lists;
};

/** The entries of one order as the console is told them, to be told again of other orders. */
const recordedOrder = async (page: Watched, shop: RunningShop) => {
  const { last } = await ask<Lines>(page, "trace?newest=true&limit=1");
  const orderId = await shop.place("recorded", twoLines(1));
  await shop.read(orderId);
  await pause(500); // the last views and e-mails
  const { entries } = await ask<Lines>(page, `trace?after=${last}&limit=2000`);
  return entries.filter(({ order }) => order === undefined || order === orderId);
};

/**
 * Answers a page's questions for news as a shop would that takes so many orders a second: with a recorded order again and
 * again, under other numbers and ids, gathered, summed up and bounded as the console's server does it.
 */
const replay = async (page: Watched, recorded: Summary[], perSecond: number) => {
  const first = await ask<Lines>(page, "trace?newest=true&limit=1");
  const { orders } = await ask<Listed>(page, "orders");
  const began = performance.now();
  let told = 0;
  const due = () => Math.floor(((performance.now() - began) * perSecond * recorded.length) / 1000);
  const line = (i: number): Summary => {
    const one = recorded[i % recorded.length] as Summary;
    const order = `${one.order?.slice(0, -6)}${String(Math.floor(i / recorded.length)).padStart(6, "0")}`;
    const at = first.now + performance.now() - began;
    return { ...one, seq: first.last + i + 1, at, ...(one.order && { order }) };
  };
  await page.route(/_local\/console\/(news|trace)\?/, async (route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    const isNews = pathname.endsWith("/news");
    if (isNews) await pause(40);
    const passed = due();
    const begin = Math.max(0, Number(searchParams.get("after") ?? 0) - first.last);
    const end = Math.min(passed, begin + (isNews ? 20_000 : 2_000));
    const lines = Array.from({ length: Math.max(0, end - begin) }, (_, i) => line(begin + i));
    told = Math.max(told, end);
    const now = first.now + performance.now() - began;
    const head = { epoch: first.epoch, now, first: 1, last: first.last + passed, skipped: 0 };
    const upto = first.last + end;
    const news: News = { ...head, upto, passed: passingsIn(lines, (one) => one) };
    const entries: Lines = { ...head, upto, entries: lines };
    await route.fulfill({ json: isNews ? news : entries });
  });
  await page.route(/_local\/console\/orders$/, (route) => {
    const newest = Math.floor(due() / recorded.length);
    const lines = orders.map((one, i) => ({ ...one, orderId: `ord_replayed_${newest - i}` }));
    return route.fulfill({ json: { orders: lines } });
  });
  return () => told / recorded.length;
};

const letArrive = async (page: Watched, shop: RunningShop, perSecond: number) => {
  const recorded = await recordedOrder(page, shop);
  await page.locator(".tabs a", { hasText: "Map" }).click();
  const told = await replay(page, recorded, perSecond);
  // The question that the page asked before is the shop's, which has nothing to tell for as long as that waits.
  await page.reload();
  await page.locator(".map-box .cell").first().waitFor();
  const arriving: PageFigures["arriving"] = [];
  const look = async (what: string) => {
    await pause(500);
    const [before, began] = [told(), performance.now()];
    const frames = await countFrames(page, 2 * LOOKED_AT_MS);
    const seconds = (performance.now() - began) / 1000;
    arriving.push({ what, perSecond: (told() - before) / seconds, frames });
  };
  await look("the map");
  await page.keyboard.press("t");
  await look("the map, with what passes beside it");
  await page.keyboard.press("t");
  await page.locator(".tabs a", { hasText: "Orders" }).click();
  await look("the orders");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  return arriving;
};

/** Opens the pages of a running shop in this machine's browser, and counts what people notice of them. */
export const measurePages = async ({ quick }: { quick: boolean }): Promise<PageFigures> => {
  const [browser, shop, alone] = await Promise.all([openBrowser(), startShop([]), startShop([])]);
  try {
    await shop.stockUp(100_000);
    await alone.stockUp(100_000);
    const strangers: string[] = [];
    const paints: PageFigures["paints"] = [];
    for (const page of pageNames) {
      const found = await paintOf(browser, shop, page, quick ? 3 : 9);
      paints.push({ page, ms: found.ms });
      strangers.push(...found.strangers);
    }
    const context = await browser.newContext(wide);
    // A limit is there to end what hangs; a busy machine must not meet it.
    context.setDefaultTimeout(240_000);
    const page = await openPage(context, shop, "/console/");
    await page.goto("about:blank");
    const idle = await countFrames(page, LOOKED_AT_MS);
    await page.goto(`${shop.api}/console/`);
    const entries = await fillTrace(page, shop, 10_000);
    await page.reload();
    const lists = await lookAtLists(page);
    const arriving = await letArrive(page, shop, 50);
    const [rounds, orders] = quick ? [3, 24] : [9, 48];
    const watching = await watch(page, { watched: shop, alone }, { rounds, orders });
    strangers.push(...page.faults.filter((one) => one.startsWith("asks another")));
    return { sizes: await sizesOf(), strangers, paints, entries, idle, lists, arriving, watching };
  } finally {
    await browser.close();
    await Promise.all([shop.stop(), alone.stop()]);
  }
};
