import { Worker } from "node:worker_threads";
import { residentMb } from "./process-figures.ts";
import { pause, startShop, twoLines } from "./running-shop.ts";

/** How long somebody who asks all the time waits at the most, in ms: nobody notices less. */
export const NOTICED = 250;

/** How long a client that asks all the time waited, in ms, since the age before, and what the process took at this one. */
export type Pauses = {
  orders: number;
  longestMs: number;
  /** How often it was longer than anybody should notice. */
  noticed: number;
  residentMb: number | undefined;
};

/** Asks an address again and again, and answers with the times that its answers took since the last question. */
const watcher = `
import { parentPort, workerData } from "node:worker_threads";
let waits = [];
parentPort.on("message", () => { parentPort.postMessage(waits); waits = []; });
for (;;) {
  const began = performance.now();
  await fetch(workerData).then((answer) => answer.arrayBuffer());
  waits.push(performance.now() - began);
  await new Promise((resolve) => setTimeout(resolve, 10));
}`;

const watch = (url: string) => {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(watcher)}`), {
    workerData: url,
  });
  return {
    waits: () =>
      new Promise<number[]>((resolve) => {
        worker.once("message", resolve);
        worker.postMessage("");
      }),
    stop: () => worker.terminate(),
  };
};

/**
 * Serves orders over HTTP to so many clients at once, and tells at each of the ages (ascending numbers of orders) the
 * longest that somebody else waited for an answer meanwhile.
 */
export const measurePauses = async (
  ages: number[],
  atOnce: number,
  progress: (done: number) => void,
  options: string[] = [],
): Promise<Pauses[]> => {
  const shop = await startShop(options);
  const watching = watch(`${shop.api}/_local/health`);
  try {
    await shop.stockUp(100_000);
    const saga = await shop.sagas();
    const seen: Pauses[] = [];
    let next = 0;
    for (const age of ages) {
      await watching.waits();
      const buyer = async () => {
        while (next < age) {
          const i = next++;
          await saga(await shop.place(`order-${i}`, twoLines(i)));
          if (next % 50 === 0) progress(next);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, buyer));
      const waits = await watching.waits();
      seen.push({
        orders: age,
        longestMs: waits.reduce((longest, ms) => Math.max(longest, ms), 0),
        noticed: waits.filter((ms) => ms > NOTICED).length,
        residentMb: residentMb(shop.child.pid),
      });
    }
    await pause(1000);
    return seen;
  } finally {
    await watching.stop();
    await shop.stop();
  }
};
