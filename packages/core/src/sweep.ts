import { describeError, log } from "./log.ts";
import { hasTime, type TimeLeft } from "./time-left.ts";

async function* inParts<Item>(pages: AsyncIterable<readonly Item[]>, size: number) {
  for await (const page of pages)
    for (let from = 0; from < page.length; from += size) yield page.slice(from, from + size);
}

/**
 * Tends to all that a scheduled Lambda has to look after, page by page, `atOnce` side by side, for as long as its time lasts;
 * the next run begins anew. One that fails does not stop the others: the run fails after them, so that its alarm rings.
 */
export const sweep = async <Item>(
  pages: AsyncIterable<readonly Item[]>,
  tend: (item: Item) => Promise<unknown>,
  time: TimeLeft,
  { atOnce = 10 } = {},
): Promise<{ tended: number; complete: boolean }> => {
  let [tended, failed, complete] = [0, 0, true];
  const attempt = async (item: Item) => {
    try {
      await tend(item);
      tended += 1;
    } catch (error) {
      failed += 1;
      log("sweep: one failed", describeError(error));
    }
  };
  for await (const some of inParts(pages, atOnce)) {
    complete = hasTime(time);
    if (!complete) break;
    await Promise.all(some.map(attempt));
  }
  if (!complete) log("sweep: out of time", { tended, failed });
  if (failed > 0) throw new Error(`${failed} of ${tended + failed} failed`);
  return { tended, complete };
};
