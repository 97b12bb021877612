import { pacedClock } from "emulator/kernel/paced-clock";
import { liveShop } from "../live-shop.ts";
import { goods, pause, twoLines } from "./running-shop.ts";

/** How long it takes to go back, in ms, and how much is kept for that. */
export type Rewind = { longestMs: number; keepMs: number; moments: number };

/** Lets a shop in this process take so many orders to their end, then goes back to every moment that is kept, the newest first. */
export const measureRewind = async (
  orders: number,
  progress: (done: number) => void,
): Promise<Rewind> => {
  const clock = pacedClock({ speed: 4 });
  const shop = await liveShop({ clock });
  try {
    await shop.timeline.mark("opened");
    const post = async (as: string, path: string, key: string, body: object) => {
      const headers = { "idempotency-key": key };
      for (;;) {
        const { status, text } = await shop.api({ method: "POST", path, as, headers, body });
        if (status < 300) return;
        if (status !== 429) throw new Error(`${path} was answered with ${status}: ${text}`);
        await pause(50);
      }
    };
    const lines = goods.map((productId) => ({ productId, quantity: 10_000 }));
    await post("admin", "/stock/receipts", "enough-for-all", { lines });
    let next = 0;
    const buyer = async () => {
      while (next < orders) {
        const i = next++;
        await post("alice", "/orders", `order-${i}`, {
          lines: twoLines(i),
          paymentToken: "tok_approve",
        });
        progress(next);
      }
    };
    await Promise.all(Array.from({ length: 8 }, buyer));
    while (!(await shop.atRest())) await pause(100);
    const began = performance.now();
    await shop.timeline.mark();
    const keepMs = performance.now() - began;
    const moments = shop.timeline.moments();
    let longestMs = 0;
    for (const { id } of moments.toReversed()) {
      const start = performance.now();
      await shop.timeline.rewind(id);
      longestMs = Math.max(longestMs, performance.now() - start);
    }
    return { longestMs, keepMs, moments: moments.length };
  } finally {
    await shop.stop();
    clock.stop();
  }
};
