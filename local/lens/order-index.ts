import { createBelonging } from "./belonging.ts";
import type { Entry } from "./entry.ts";

/** What is asked of a trace here. */
export type Source = {
  get: (seq: number) => Entry | undefined;
  entries: (after: number, most: number) => Entry[];
  readonly first: number;
  readonly last: number;
};

/** Which entries of a trace belong to which order. */
export type OrderIndex = {
  /** The orders that an entry belongs to. */
  of: (seq: number) => ReadonlySet<string>;
  /** All entries of an order that the trace still has, in their order. */
  entries: (orderId: string) => Entry[];
  /** Ids of the orders, those first that were heard of last. */
  orders: () => string[];
  /** Grows whenever an order has another entry. */
  size: (orderId: string) => number;
  /** Whether time was put back to before an entry: it has not happened in the life that the shop goes on with. */
  isUndone: (seq: number) => boolean;
  /** Whether time was put back to before all that was known of an order. */
  wasUndone: (orderId: string) => boolean;
};

type Kept = { seqs: number[]; sorted: boolean; live: number; total: number };

/** So many are read at once of what the trace has already. */
const PAGE = 5_000;
/** So many orders of lives that are gone are remembered. */
const MOST_UNDONE = 10_000;

/** Indexes what a trace has. It reads what is new whenever it is asked, and nothing while nobody asks; then it keeps no more than the trace keeps. */
export const indexOrders = (trace: Source): OrderIndex => {
  const orders = new Map<string, Kept>();
  const undoneOrders = new Set<string>();
  /** Entries between these two have not happened; ascending, for a later turn swallows those behind it. */
  const undone: { after: number; until: number }[] = [];
  /** The oldest entry that is known here, and the newest that was read. */
  let oldest = trace.first;
  let newest = 0;

  const gained = (orderId: string, seq: number) => {
    const kept = orders.get(orderId) ?? { seqs: [], sorted: true, live: 0, total: 0 };
    if (kept.total === 0) orders.set(orderId, kept);
    if (seq < (kept.seqs.at(-1) ?? 0)) kept.sorted = false;
    kept.seqs.push(seq);
    kept.live += 1;
    kept.total += 1;
  };
  const belonging = createBelonging(gained);

  const forget = (seq: number) => {
    for (const orderId of belonging.of(seq)) {
      const kept = orders.get(orderId);
      if (!kept) continue;
      kept.live -= 1;
      if (kept.live === 0) orders.delete(orderId);
      else if (kept.seqs.length > 2 * kept.live + 64)
        kept.seqs = kept.seqs.filter((one) => one > seq);
    }
    belonging.forget(seq);
  };

  /** Time was put back to an entry: what came after it has not happened. */
  const undo = (to: number, until: number) => {
    while ((undone.at(-1)?.after ?? -1) >= to) undone.pop();
    undone.push({ after: to, until });
    for (const [orderId, kept] of orders) {
      const left = kept.seqs.filter((seq) => seq <= to || seq >= until);
      if (left.length === kept.seqs.length) continue;
      kept.live -= kept.seqs.length - left.length;
      kept.seqs = left;
      kept.total += 1;
      if (left.length > 0) continue;
      orders.delete(orderId);
      undoneOrders.add(orderId);
      if (undoneOrders.size > MOST_UNDONE)
        undoneOrders.delete(undoneOrders.values().next().value ?? "");
    }
    for (let seq = to + 1; seq < until; seq++) belonging.forget(seq);
  };

  const readOn = () => {
    while (newest < trace.last) {
      const page = trace.entries(newest, PAGE);
      if (page.length === 0) break;
      for (const entry of page) {
        belonging.hear(entry);
        if (entry.kind === "clock" && typeof entry.to === "number") undo(entry.to, entry.seq);
        newest = entry.seq;
      }
    }
    if (oldest === 0) oldest = trace.first;
    for (; oldest < trace.first; oldest += 1) forget(oldest);
  };

  return {
    of(seq) {
      readOn();
      return belonging.of(seq);
    },
    entries(orderId) {
      readOn();
      const kept = orders.get(orderId);
      if (!kept) return [];
      if (!kept.sorted) kept.seqs.sort((a, b) => a - b);
      kept.sorted = true;
      return kept.seqs.flatMap((seq) => trace.get(seq) ?? []);
    },
    orders() {
      readOn();
      return [...orders.keys()].reverse();
    },
    size(orderId) {
      readOn();
      return orders.get(orderId)?.total ?? 0;
    },
    isUndone(seq) {
      readOn();
      return undone.some(({ after, until }) => seq > after && seq < until);
    },
    wasUndone(orderId) {
      readOn();
      return undoneOrders.has(orderId) && !orders.has(orderId);
    },
  };
};
