import { Refused } from "./answers.ts";
import { numberIn, type Resource, type Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";
import { createWaiting } from "./waiting.ts";

/** So many consoles wait for news at once. */
const MOST_WAITING = 32;
/** So long one waits, in milliseconds. */
const LONGEST_MS = 25_000;
/** So many entries one answer has. */
const MOST_ENTRIES = 2_000;
/** What stands on the answer beside it already. */
const untold = new Set(["dynamodb.units"]);

/** What passed, as lines: those after a number, with waiting for the next one. */
export const traceRoutes = ({ trace, clock, lens }: Sight) => {
  const waiting = createWaiting(MOST_WAITING);
  const stop = trace.hear(() => waiting.wake());

  const lines: Resource = async ({ query }) => {
    const after = numberIn(query, "after", { usual: 0, most: Number.MAX_SAFE_INTEGER });
    const wait = numberIn(query, "wait", { usual: 0, most: LONGEST_MS });
    const limit = Math.max(1, numberIn(query, "limit", { usual: 500, most: MOST_ENTRIES }));
    const begun = trace.epoch;
    if (wait > 0 && trace.last <= after && !(await waiting.wait(wait)))
      throw new Refused(429, `${MOST_WAITING} consoles wait for news already: close one.`);
    const { first, last, epoch } = trace;
    // What is long past, or of another story, is not told entry by entry: the newest are.
    const stale = after > last || epoch !== begun;
    const from = Math.max(stale ? 0 : after, first - 1);
    const newest = query.get("newest") === "true";
    const begin = newest ? Math.max(from, last - limit) : from;
    const entries = trace.entries(begin, limit);
    return {
      epoch,
      now: clock.now(),
      first,
      last,
      skipped: stale || newest ? 0 : Math.max(0, begin - after),
      upto: entries.at(-1)?.seq ?? last,
      entries: entries
        .filter(({ kind, seq }) => !untold.has(kind) && !lens.isUndone(seq))
        .map(lens.summary),
    };
  };

  const one: Resource = ({ parts: [text = ""] }) => {
    const shown = /^\d{1,15}$/.test(text) ? lens.shown(Number(text)) : undefined;
    if (shown && lens.isUndone(shown.entry.seq))
      throw new Refused(
        410,
        "This entry is not in this life of the shop any more: time was put back to before it.",
      );
    if (!shown) throw new Refused(404, `The trace has no entry ${text.slice(0, 20)} any more.`);
    return { ...shown, order: lens.orderOf(shown.entry.seq) };
  };

  const routes: Routes = { "GET trace": lines, "GET entries/:seq": one };
  return {
    routes,
    stop() {
      stop();
      waiting.stop();
    },
  };
};
