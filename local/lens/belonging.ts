import { causesOf, type Entry } from "./entry.ts";
import { mentionsOf } from "./mentions.ts";

type Node = {
  entry: Entry;
  /** The orders that it names itself. */
  named: ReadonlySet<string>;
  orders: Set<string>;
  /** Entries that name none, and belong to whom this one belongs. */
  heirs: number[];
};

/** Which orders each of some entries belongs to, in whatever order they are heard. */
export type Belonging = {
  hear: (entry: Entry) => void;
  of: (seq: number) => ReadonlySet<string>;
  forget: (seq: number) => void;
};

const NONE: ReadonlySet<string> = new Set();
/** Here a request begins. */
const BEGINS = new Set(["api.request", "url.request", "schedule"]);
/** What a person or a robot does is no order's: it may place many. */
const ABOVE_ORDERS = new Set(["outside", "clock", "fault"]);

/**
 * An entry belongs to the orders that it names. One that names none belongs to whom the entries belong that it ends or
 * that caused it. And since nobody knows an order's id before it is placed, what is written in a request that names none
 * tells whose the request is. `gained` hears of each order that an entry belongs to, once.
 */
export const createBelonging = (gained: (orderId: string, seq: number) => void): Belonging => {
  const nodes = new Map<number, Node>();
  /** Entries that messages were sent with: who deletes a message by hand names no order, and ends a part of its story. */
  const sent = new Map<unknown, number>();
  /** What waits for an entry that was not heard yet: its heirs, and orders on their way up. */
  const early = new Map<number, { heirs: number[]; climbing: [Set<string>, boolean][] }>();

  const waiting = (seq: number) => {
    const found = early.get(seq) ?? { heirs: [], climbing: [] };
    early.set(seq, found);
    return found;
  };

  const give = (to: Node, orders: Iterable<string>): void => {
    const fresh = [...orders].filter((id) => !to.orders.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) {
      to.orders.add(id);
      gained(id, to.entry.seq);
    }
    for (const heir of to.heirs) {
      const node = nodes.get(heir);
      if (node) give(node, fresh);
    }
  };

  /** Goes up from what was written, through the call that wrote it, to where the request began. */
  const climb = (seq: number, orders: Set<string>, isWriter: boolean): void => {
    const node = nodes.get(seq);
    if (!node) return void waiting(seq).climbing.push([orders, isWriter]);
    const { entry, named } = node;
    const passes = isWriter && entry.kind === "call";
    if (ABOVE_ORDERS.has(entry.kind) || (named.size > 0 && !passes)) return;
    if (named.size === 0) give(node, orders);
    if (!BEGINS.has(entry.kind)) for (const cause of causesOf(entry)) climb(cause, orders, false);
  };

  return {
    hear(entry) {
      const { seq } = entry;
      if (nodes.has(seq)) return;
      const named = mentionsOf(entry);
      const { heirs = [], climbing = [] } = early.get(seq) ?? {};
      early.delete(seq);
      const node: Node = { entry, named, orders: new Set(), heirs };
      nodes.set(seq, node);
      if (entry.kind === "sqs.sent") sent.set(entry.messageId, seq);
      const parents = entry.of === undefined ? [...causesOf(entry)] : [entry.of];
      if (entry.kind === "sqs.deleted") {
        const seqOfSent = sent.get(entry.messageId);
        if (seqOfSent !== undefined) parents.push(seqOfSent);
        sent.delete(entry.messageId);
      }
      if (named.size > 0) give(node, named);
      else
        for (const parent of parents) {
          const above = nodes.get(parent);
          (above ?? waiting(parent)).heirs.push(seq);
          if (above) give(node, above.orders);
        }
      for (const [orders, isWriter] of climbing) climb(seq, orders, isWriter);
      if (entry.kind === "item" && named.size > 0)
        for (const cause of causesOf(entry)) climb(cause, new Set(named), true);
    },
    of: (seq) => nodes.get(seq)?.orders ?? NONE,
    forget(seq) {
      const entry = nodes.get(seq)?.entry;
      if (entry?.kind === "sqs.sent" && sent.get(entry.messageId) === seq)
        sent.delete(entry.messageId);
      nodes.delete(seq);
      early.delete(seq);
    },
  };
};

/** The orders that each of some entries belongs to. */
export const orderOf = (entries: readonly Entry[]): Belonging["of"] => {
  const belonging = createBelonging(() => {});
  for (const entry of entries) belonging.hear(entry);
  return belonging.of;
};
