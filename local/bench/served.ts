import { cpuOf, residentMb } from "./process-figures.ts";
import { pause, startShop, twoLines } from "./running-shop.ts";

/** How a real `npm start` behaves: from the start of the process, over HTTP, with the options that it is given. */
export type Served = {
  readyMs: number;
  firstOrderMs: number;
  ordersPerSecond: number;
  /** CPU in the time of the load, per order, by who took it; empty where the system does not tell. */
  cpu: { who: string; ms: number }[];
  idleMb: number | undefined;
  busyMb: number | undefined;
};

/** Starts the shop, with these options, as a child process, places one order, then many with so many under way at once, and stops it. */
export const measureServed = async (
  orders: number,
  atOnce: number,
  options: string[] = [],
): Promise<Served> => {
  const began = performance.now();
  const shop = await startShop(options);
  const { child, place, read, sagas, statuses } = shop;
  try {
    const readyMs = performance.now() - began;
    await read(await place("first"));
    const firstOrderMs = performance.now() - began;
    const idleMb = residentMb(child.pid);

    await shop.stockUp(100_000);
    const saga = await sagas();
    const before = cpuOf(child.pid);
    const client = process.cpuUsage();
    const start = performance.now();
    let next = 0;
    const buyer = async () => {
      while (next < orders) {
        const i = next++;
        await saga(await place(`order-${i}`, twoLines(i)));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, buyer));
    const ordersPerSecond = orders / ((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(client);
    const after = cpuOf(child.pid).set("the benchmark's own client", (user + system) / 1000);
    const cpu = [...after].map(([who, ms]) => ({
      who,
      ms: (ms - (before.get(who) ?? 0)) / orders,
    }));
    const busyMb = residentMb(child.pid);

    for (let looks = 1; ; looks++) {
      await pause(500); // the last views, which on a busy machine take a while
      const confirmed = (await statuses(orders)).filter((status) => status === "CONFIRMED");
      if (confirmed.length >= orders) break;
      if (looks === 100) throw new Error(`Of ${orders} orders, ${confirmed.length} are confirmed`);
    }
    return {
      readyMs,
      firstOrderMs,
      ordersPerSecond,
      cpu,
      idleMb,
      busyMb,
    };
  } finally {
    await shop.stop();
  }
};
