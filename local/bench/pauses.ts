import { Worker } from "node:worker_threads";
import { residentMb } from "./process-figures.ts";
import { pause, startShop, twoLines } from "./running-shop.ts";

/** How long a client that asks all the time ever waited, in ms, and what the process took after so many orders. */
export type Pauses = { orders: number; longestMs: number; residentMb: number | undefined };

/** Asks an address again and again, and answers with the longest time that an answer took since the last question. */
const watcher = `
import { parentPort, workerData } from "node:worker_threads";
let longest = 0;
parentPort.on("message", () => { parentPort.postMessage(longest); longest = 0; });
for (;;) {
  const began = performance.now();
  await fetch(workerData).then((answer) => answer.arrayBuffer());
  longest = Math.max(longest, performance.now() - began);
  await new Promise((resolve) => setTimeout(resolve, 10));
}`;

const watch = (url: string) => {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(watcher)}`), {
    workerData: url,
  });
  return {
    longest: () =>
      new Promise<number>((resolve) => {
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
      await watching.longest();
      const buyer = async () => {
        while (next < age) {
          const i = next++;
          await saga(await shop.place(`order-${i}`, twoLines(i)));
          if (next % 50 === 0) progress(next);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, buyer));
      seen.push({
        orders: age,
        longestMs: await watching.longest(),
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
