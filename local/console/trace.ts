import type { Entry } from "emulator/kernel/trace";
import type { Summary } from "../lens/summary-of.ts";
import { Refused } from "./answers.ts";
import { type Passing, passingsIn } from "./passings.ts";
import { type Asked, numberIn, type Resource, type Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";
import { createWaiting } from "./waiting.ts";

/** So many consoles wait for news at once. */
const MOST_WAITING = 32;
/** So long one waits, in milliseconds. */
const LONGEST_MS = 25_000;
/** So many entries one answer has. */
const MOST_ENTRIES = 2_000;
/** So many one answer sums up. */
const MOST_SUMMED = 20_000;
/** What stands on the answer beside it already. */
const untold = new Set(["dynamodb.units"]);

/** What is told with what passed. */
type Head = {
  epoch: number;
  now: number;
  /** The oldest and the newest entry that the trace has. */
  first: number;
  last: number;
  /** So many that were asked for the trace does not have any more. */
  skipped: number;
  /** The last entry that was looked at: one goes on from here. */
  upto: number;
};

/** What passed, summed up; and how much of one order there is, where one was asked for. */
export type News = Head & { passed: Passing[]; size?: number };
/** What passed, entry by entry. */
export type Lines = Head & { entries: Summary[] };

/** Whether time was put back here. */
const isTurn = ({ kind, to }: Entry) => kind === "clock" && typeof to === "number";

/** Without what time was put back past: that has not happened. The entries go on to the trace's end, where every turn stands. */
const happened = (entries: readonly Entry[]): Entry[] => {
  let upto = Number.POSITIVE_INFINITY;
  const left: Entry[] = [];
  for (const entry of entries.toReversed()) {
    if (entry.seq > upto) continue;
    left.push(entry);
    if (entry.kind === "clock" && typeof entry.to === "number") upto = entry.to;
  }
  return left.reverse();
};

/** What passed: all of it as lines, or summed up; those after a number, with waiting for the next one. */
export const traceRoutes = ({ trace, clock, lens }: Sight) => {
  const waiting = createWaiting(MOST_WAITING);
  const stop = trace.hear(() => waiting.wake());

  const since = async (
    query: URLSearchParams,
    bounds: { usual: number; most: number },
  ): Promise<{ head: Head; entries: Entry[] }> => {
    const after = numberIn(query, "after", { usual: 0, most: Number.MAX_SAFE_INTEGER });
    const wait = numberIn(query, "wait", { usual: 0, most: LONGEST_MS });
    const limit = Math.max(1, numberIn(query, "limit", bounds));
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
    const head = {
      epoch,
      now: clock.now(),
      first,
      last,
      skipped: stale || newest ? 0 : Math.max(0, begin - after),
      upto: entries.at(-1)?.seq ?? last,
    };
    return { head, entries };
  };

  const lines = async ({ query }: Asked): Promise<Lines> => {
    const { head, entries } = await since(query, { usual: 500, most: MOST_ENTRIES });
    const told = entries.filter(({ kind, seq }) => !untold.has(kind) && !lens.isUndone(seq));
    return { ...head, entries: told.map(lens.summary) };
  };

  const news = async ({ query }: Asked): Promise<News> => {
    const { head, entries } = await since(query, { usual: MOST_SUMMED, most: MOST_SUMMED });
    const orderId = query.get("order");
    // Who begins to listen hears of this life alone: how much of the one before the trace still has would be chance.
    const turn = query.get("newest") === "true" ? entries.findLastIndex(isTurn) : -1;
    return {
      ...head,
      passed: passingsIn(happened(entries.slice(turn + 1)), lens.way),
      ...(orderId && { size: lens.sizeOf(orderId) }),
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

  const routes: Routes = { "GET trace": lines, "GET news": news, "GET entries/:seq": one };
  return {
    routes,
    stop() {
      stop();
      waiting.stop();
    },
  };
};
