import type { Watched } from "../../web/test/browser.ts";
import { coresOf, cpuOf, pinTo } from "./process-figures.ts";
import { type RunningShop, twoLines } from "./running-shop.ts";

/** What an open console costs the shop: medians of rounds with one and without, each of two shops by turns. */
export type Watching = {
  screen: string;
  /** Whether the browser, and who orders, had a core of their own: else they take from the shop's. */
  apart: boolean;
  /** CPU of an order in the shop's process, with the console open against without; and how much it is without, in ms. */
  cpuRatio: number;
  cpuMs: number;
  /** Orders a second, with against without. */
  rateRatio: number;
  /** CPU that the browser took meanwhile, in ms a second. */
  browserMs: number;
};

type Shops = { watched: RunningShop; alone: RunningShop };
type Processes = { processInfo: { id: number; cpuTime: number }[] };

/** So many order at once. */
const BUYERS = 16;

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * Serves so many orders, and answers what they took of the shop's process and how many there were a second. Who orders waits for
 * the saga, which costs the shop next to nothing: else an order would cost more for the only reason that it is slow.
 */
const serve = async (shop: RunningShop, orders: number, key: string) => {
  const saga = await shop.sagas();
  const taken = () => [...cpuOf(shop.child.pid).values()].reduce((sum, ms) => sum + ms, 0);
  const [before, began] = [taken(), performance.now()];
  let next = 0;
  const buyer = async () => {
    while (next < orders) {
      const i = next++;
      await saga(await shop.place(`${key}-${i}`, twoLines(i)));
    }
  };
  await Promise.all(Array.from({ length: BUYERS }, buyer));
  const seconds = (performance.now() - began) / 1000;
  return { cpuMs: (taken() - before) / orders, perSecond: orders / seconds, seconds };
};

type Served = Awaited<ReturnType<typeof serve>>;

/** The processes of the page's browser, with the CPU that each took so far. */
const processesOf = async (page: Watched) => {
  const session = await page.context().browser()?.newBrowserCDPSession();
  const told = (await session?.send("SystemInfo.getProcessInfo")) as Processes;
  await session?.detach();
  return told.processInfo;
};
const cpuOfBrowser = async (page: Watched) =>
  1000 * (await processesOf(page)).reduce((sum, { cpuTime }) => sum + cpuTime, 0);

const screens = [
  { screen: "the map", path: "map", first: ".map-box .cell" },
  { screen: "the orders", path: "orders", first: ".orders li" },
];

type Rounds = { rounds: number; orders: number };

/** Two shops by turns, also in who begins: one with an open console, the other without. */
const look = async (
  page: Watched,
  { watched, alone }: Shops,
  { path, first }: (typeof screens)[number],
  { rounds, orders, settle }: Rounds & { settle: () => Promise<void> },
) => {
  const pairs: { seen: Served; unseen: Served; browserMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const key = `${path}-${performance.now()}`;
    const unseen = round % 2 === 0 ? undefined : await serve(alone, orders, key);
    await page.goto(`${watched.api}/console/${path}`);
    await page.locator(first).first().waitFor();
    await settle();
    const before = await cpuOfBrowser(page);
    const seen = await serve(watched, orders, key);
    const browserMs = ((await cpuOfBrowser(page)) - before) / seen.seconds;
    await page.goto("about:blank");
    pairs.push({ seen, browserMs, unseen: unseen ?? (await serve(alone, orders, key)) });
  }
  return {
    cpuRatio: median(pairs.map(({ seen, unseen }) => seen.cpuMs / unseen.cpuMs)),
    cpuMs: median(pairs.map(({ unseen }) => unseen.cpuMs)),
    rateRatio: median(pairs.map(({ seen, unseen }) => seen.perSecond / unseen.perSecond)),
    browserMs: median(pairs.map(({ browserMs }) => browserMs)),
  };
};

/**
 * What an open console costs, with the browser on the shop's cores, as on this machine anyway; and, where cores can be
 * given out, with a core of its own: a browser that draws by software takes much of a small machine, whatever the shop does.
 */
export const watch = async (page: Watched, shops: Shops, each: Rounds): Promise<Watching[]> => {
  await serve(shops.watched, 4 * each.orders, "warm");
  await serve(shops.alone, 4 * each.orders, "warm");
  const watching: Watching[] = [];
  const all = coresOf();
  for (const apart of all.length > 1 ? [true, false] : [false]) {
    const [shopCores, ownCores] = apart ? [all.slice(0, -1), all.slice(-1)] : [all, all];
    const pinned = [shops.watched, shops.alone].every(({ child }) => pinTo(child.pid, shopCores));
    if (apart && !(pinned && pinTo(process.pid, ownCores))) continue;
    if (!apart) pinTo(process.pid, all);
    const settle = async () => {
      for (const { id } of await processesOf(page)) pinTo(id, ownCores);
    };
    for (const one of screens)
      watching.push({
        screen: one.screen,
        apart,
        ...(await look(page, shops, one, { ...each, settle })),
      });
  }
  return watching;
};
