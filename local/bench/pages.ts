import { gzipSync } from "node:zlib";
import { browserFile, openBrowser, openPage, type Watched } from "../../web/test/browser.ts";
import { builtPages, pageNames } from "../web/built.ts";
import { countFrames, type Frames, scroll, type } from "./page-frames.ts";
import { cpuOf } from "./process-figures.ts";
import { pause, type RunningShop, startShop, twoLines } from "./running-shop.ts";

/** What an open console costs the shop: quotients of rounds with one and without, each of two shops by turns. */
type Watching = { screen: string; cpuRatio: number; rateRatio: number; cpuMs: number };

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
type Line = { seq: number; at: number; order?: string };
type News = { epoch: number; now: number; last: number; upto: number; entries: Line[] };
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
    const { last } = await ask<News>(page, "trace?newest=true&limit=1");
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
  const { last } = await ask<News>(page, "trace?newest=true&limit=1");
  const orderId = await shop.place("recorded", twoLines(1));
  await shop.read(orderId);
  await pause(500); // the last views and e-mails
  const { entries } = await ask<News>(page, `trace?after=${last}&limit=2000`);
  return entries.filter(({ order }) => order === undefined || order === orderId);
};

/**
 * Answers a page's questions for news as a shop would that takes so many orders a second: with a recorded order again and
 * again, under other numbers and ids, gathered and bounded as the console's server does it.
 */
const replay = async (page: Watched, recorded: Line[], perSecond: number) => {
  const first = await ask<News>(page, "trace?newest=true&limit=1");
  const { orders } = await ask<Listed>(page, "orders");
  const began = performance.now();
  let told = 0;
  const due = () => Math.floor(((performance.now() - began) * perSecond * recorded.length) / 1000);
  await page.route(/_local\/console\/trace\?/, async (route) => {
    await pause(40);
    const from = Math.max(told, due() - 2_000);
    const entries: Line[] = [];
    for (let i = from; i < due(); i++) {
      const one = recorded[i % recorded.length] as Line;
      const order = `${one.order?.slice(0, -6)}${String(Math.floor(i / recorded.length)).padStart(6, "0")}`;
      const at = first.now + performance.now() - began;
      entries.push({ ...one, seq: first.last + i + 1, at, ...(one.order && { order }) });
    }
    told = from + entries.length;
    const upto = first.last + told;
    const news = { epoch: first.epoch, now: first.now + performance.now() - began, first: 1 };
    await route.fulfill({ json: { ...news, last: upto, upto, skipped: 0, entries } });
  });
  await page.route(/_local\/console\/orders$/, (route) => {
    const newest = Math.floor(due() / recorded.length);
    const lines = orders.map((one, i) => ({ ...one, orderId: `ord_replayed_${newest - i}` }));
    return route.fulfill({ json: { orders: lines } });
  });
  return () => told / recorded.length / ((performance.now() - began) / 1000);
};

const letArrive = async (page: Watched, shop: RunningShop, perSecond: number) => {
  const recorded = await recordedOrder(page, shop);
  await page.locator(".tabs a", { hasText: "Map" }).click();
  await page.locator(".map-box .cell").first().waitFor();
  const rate = await replay(page, recorded, perSecond);
  const arriving: PageFigures["arriving"] = [];
  const look = async (what: string) => {
    await pause(500);
    const frames = await countFrames(page, 2 * LOOKED_AT_MS);
    arriving.push({ what, perSecond: rate(), frames });
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

/** Serves so many orders, and answers what they took of the shop's process and how many there were a second. */
const serve = async (shop: RunningShop, orders: number, key: string) => {
  const taken = () => [...cpuOf(shop.child.pid).values()].reduce((sum, ms) => sum + ms, 0);
  const [before, began] = [taken(), performance.now()];
  let next = 0;
  const buyer = async () => {
    while (next < orders) {
      const i = next++;
      await shop.read(await shop.place(`${key}-${i}`, twoLines(i)));
    }
  };
  await Promise.all(Array.from({ length: 8 }, buyer));
  const perSecond = (1000 * orders) / (performance.now() - began);
  return { cpuMs: (taken() - before) / orders, perSecond };
};

type Served = Awaited<ReturnType<typeof serve>>;

/** Two shops by turns: one with an open console, the other without. It is the second's first console that costs, too. */
const watch = async (
  page: Watched,
  shops: { watched: RunningShop; alone: RunningShop },
  rounds: number,
  orders: number,
): Promise<Watching[]> => {
  const watching: Watching[] = [];
  await serve(shops.watched, 2 * orders, "warm");
  await serve(shops.alone, 2 * orders, "warm");
  for (const [screen, path] of [
    ["the map", "map"],
    ["the orders", "orders"],
  ] as const) {
    const pairs: [seen: Served, alone: Served][] = [];
    for (let round = 0; round < rounds; round++) {
      const seen = async () => {
        await page.goto(`${shops.watched.api}/console/${path}`);
        await page
          .locator(path === "map" ? ".map-box .cell" : ".orders li")
          .first()
          .waitFor();
        const figures = await serve(shops.watched, orders, `${path}-${round}`);
        await page.goto("about:blank");
        return figures;
      };
      const unseen = () => serve(shops.alone, orders, `${path}-${round}`);
      // By turns, also in who begins.
      if (round % 2 === 0) pairs.push([await seen(), await unseen()]);
      else {
        const alone = await unseen();
        pairs.push([await seen(), alone]);
      }
    }
    watching.push({
      screen,
      cpuRatio: median(pairs.map(([seen, alone]) => seen.cpuMs / alone.cpuMs)),
      rateRatio: median(pairs.map(([seen, alone]) => seen.perSecond / alone.perSecond)),
      cpuMs: median(pairs.map(([, alone]) => alone.cpuMs)),
    });
  }
  return watching;
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
    const watching = await watch(page, { watched: shop, alone }, rounds, orders);
    strangers.push(...page.faults.filter((one) => one.startsWith("asks another")));
    return { sizes: await sizesOf(), strangers, paints, entries, idle, lists, arriving, watching };
  } finally {
    await browser.close();
    await Promise.all([shop.stop(), alone.stop()]);
  }
};
