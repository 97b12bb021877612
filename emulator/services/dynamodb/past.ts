import type { Clock } from "../../kernel/clock.ts";
import type { Row } from "./rows.ts";
import type { Sorted } from "./sorted.ts";
import { sorted } from "./sorted.ts";

type Rows = Sorted<Row>;
type Stretch = Parameters<Rows["walk"]>[0];
type Visit = Parameters<Rows["walk"]>[1];

/** How one call sees the rows of tables and indexes. */
type View = {
  get: (rows: Rows, place: string) => Row | undefined;
  walk: (rows: Rows, stretch: Stretch, visit: Visit) => void;
};

/** What tables and indexes held a moment ago, for reads that are eventually consistent. */
export type Past = {
  /** Told before a row is put, replaced or taken away. `item` is the item's place in its table, `row` what was there. */
  remember: (rows: Rows, place: string, item: string, row: Row | undefined) => void;
  /** What a call sees: exactly what is, or each item as it was at some moment of the time that reads may lag. */
  view: (consistent: boolean | undefined) => View;
};

/** What lay at one place, oldest first; undefined where nothing did. */
type Place = { item: string; versions: { row: Row | undefined; until: number }[] };

const exact: View = {
  get: (rows, place) => rows.get(place),
  walk: (rows, stretch, visit) => rows.walk(stretch, visit),
};

/** No past: every read is exact. */
export const noPast: Past = { remember: () => {}, view: () => exact };

/**
 * The past of `window` milliseconds. Within one call, an item is seen as of one moment, wherever it lies; different
 * items may be seen as of different moments, for AWS's replicas and indexes follow each at their own pace. Half of what
 * changed is seen as it is now: a read that lags always would be as easy to get used to as one that never does.
 */
export const createPast = (clock: Clock, window: number): Past => {
  if (window === 0) return noPast;
  const pasts = new WeakMap<Rows, Sorted<Place>>();
  const pastOf = (rows: Rows) => {
    const known = pasts.get(rows) ?? sorted<Place>();
    pasts.set(rows, known);
    return known;
  };
  const ago = (item: string) => Math.max(0, 2 * clock.random(`dynamodb lag ${item}`) - 1) * window;
  /** All versions in the order in which they end. */
  const ending: { past: Sorted<Place>; place: string; until: number }[] = [];
  const forget = () => {
    const horizon = clock.now() - window;
    for (let oldest = ending[0]; oldest && oldest.until <= horizon; oldest = ending[0]) {
      ending.shift();
      const known = oldest.past.get(oldest.place);
      known?.versions.shift();
      if (known?.versions.length === 0) oldest.past.delete(oldest.place);
    }
  };

  const lagging = (): View => {
    const now = clock.now();
    const moments = new Map<string, number>();
    const at = (place: Place | undefined, current: Row | undefined) => {
      if (!place) return current;
      const moment = moments.get(place.item) ?? now - ago(place.item);
      moments.set(place.item, moment);
      const version = place.versions.find(({ until }) => until > moment);
      return version ? version.row : current;
    };
    return {
      get: (rows, place) => at(pasts.get(rows)?.get(place), rows.get(place)),
      walk(rows, stretch, visit) {
        const changed: [place: string, then: Row | undefined][] = [];
        pasts.get(rows)?.walk(stretch, (known, place) => {
          changed.push([place, at(known, rows.get(place))]);
          return true;
        });
        let going = true;
        /** Shows what lay before a place, and at it. Answers whether something is known of that place. */
        const showUpTo = (place?: string) => {
          for (let next = changed[0]; going && next; next = changed[0]) {
            if (place !== undefined && (stretch.reverse ? next[0] < place : next[0] > place))
              return false;
            changed.shift();
            if (next[1]) going = visit(next[1], next[0]);
            if (next[0] === place) return true;
          }
          return false;
        };
        rows.walk(stretch, (row, place) => {
          if (!showUpTo(place) && going) going = visit(row, place);
          return going;
        });
        showUpTo();
      },
    };
  };

  return {
    remember(rows, place, item, row) {
      forget();
      const past = pastOf(rows);
      const known = past.get(place) ?? { item, versions: [] };
      const until = clock.now();
      known.versions.push({ row, until });
      past.set(place, known);
      ending.push({ past, place, until });
    },
    view: (consistent) => (consistent ? exact : lagging()),
  };
};
