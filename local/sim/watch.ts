import { isDeepStrictEqual } from "node:util";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Entry } from "emulator/kernel/trace";
import type { Row } from "../judge/books.ts";

/** A broken promise, and when it showed, in milliseconds since 1970. */
export type Violation = { invariant: string; what: string; at: number };

/** Where an order may go from where it is (I3). What needs attention goes back to what it was, or is closed. */
const edges: Record<string, string[]> = {
  PLACED: ["CONFIRMED", "REJECTING", "CANCELLED", "NEEDS_ATTENTION"],
  CONFIRMED: ["CANCELLING", "NEEDS_ATTENTION"],
  REJECTING: ["REJECTED", "NEEDS_ATTENTION"],
  CANCELLING: ["CANCELLED", "NEEDS_ATTENTION"],
  CANCELLED: ["NEEDS_ATTENTION"],
  REJECTED: [],
};

type Money = { captured: number; authorized: number; refunded: number; other: number[] };

const plain = (item: unknown): Row | undefined =>
  item ? unmarshall(item as Parameters<typeof unmarshall>[0]) : undefined;

/** Judges each step by the items that it changes. */
export type Watch = {
  see: (entry: Entry) => void;
  violations: Violation[];
  /** What was seen of rulebooks: each edge that an order took. */
  edges: Set<string>;
  /** The orders that have neither ended nor wait for a person. */
  open: () => string[];
};

/** Watches a run from where the shop stands: `stock` and `reservations` are what there is then. */
export const watch = (stock: readonly Row[], orders: ReadonlySet<string>): Watch => {
  const violations: Violation[] = [];
  const taken = new Set<string>();
  const shelves = new Map(stock.map((row) => [row.productId, { ...row, taken: 0 } as Row]));
  for (const row of stock) {
    const shelf = shelves.get(row.productId);
    if (shelf) shelf.taken = row.stocked - row.available;
  }
  const payments = new Map<string, Money>();
  const provider = new Map<string, { captured: number; refunded: number; voided: boolean }>();
  const dirty = new Set<string>();
  const open = new Set<string>();
  let at = 0;
  const broken = (invariant: string, what: string) => void violations.push({ invariant, what, at });

  const order = (before: Row | undefined, after: Row | undefined) => {
    if (!after) return broken("I7", `${before?.id} was deleted`);
    const { id, version, state } = after;
    if (/^(PLACED|REJECTING|CANCELLING)$/.test(state.status)) open.add(id);
    else open.delete(id);
    if (!orders.has(id)) broken("I5", `${id} was placed by nobody`);
    if (!before) {
      if (version !== 1 || state.status !== "PLACED")
        broken("I3", `${id} begins as ${state.status}`);
      return;
    }
    const [from, to] = [before.state, state];
    const edge = `${from.status} -> ${to.status}`;
    // That it is not open any more is a mark beside the order, and no change of it.
    if (version === before.version && isDeepStrictEqual(from, to)) return;
    if (version !== before.version + 1)
      broken("I3", `${id} goes from version ${before.version} to ${version}`);
    if (from.status === to.status) return;
    taken.add(`order ${edge}`);
    const allowed =
      from.status === "NEEDS_ATTENTION" ? [from.was, "CANCELLING"] : edges[from.status];
    const final = from.status === "CANCELLED" && from.closed;
    if (final || !allowed?.includes(to.status)) broken("I3", `${id} went ${edge}`);
  };

  const reservation = (before: Row | undefined, after: Row | undefined) => {
    for (const [row, sign] of [
      [before, -1],
      [after, 1],
    ] as const) {
      if (row?.status !== "HELD" && row?.status !== "SOLD") continue;
      for (const { productId, quantity } of row.lines) {
        const shelf = shelves.get(productId);
        if (shelf) shelf.taken += sign * quantity;
        dirty.add(productId);
      }
    }
    taken.add(`reservation ${before?.status ?? "none"} -> ${after?.status ?? "none"}`);
  };
  const shelf = (_: Row | undefined, after: Row | undefined) => {
    if (!after) return;
    shelves.set(after.productId, { ...after, taken: shelves.get(after.productId)?.taken ?? 0 });
    dirty.add(after.productId);
  };

  const payment = (_: Row | undefined, after: Row | undefined) => {
    if (!after || typeof after.type !== "string") return;
    const sums = payments.get(after.pk) ?? { captured: 0, authorized: 0, refunded: 0, other: [] };
    payments.set(after.pk, sums);
    taken.add(`payment ${after.type}`);
    const amount = after.data?.amount?.amount ?? 0;
    if (after.type === "Authorized") sums.authorized += amount;
    if (after.type === "Captured") sums.captured += amount;
    if (after.type === "Disputed" && after.data.captured)
      sums.other.push(after.data.captured.amount);
    if (/^Refunded/.test(after.type)) sums.refunded += amount;
    const { captured, authorized, refunded, other } = sums;
    if (refunded > captured) broken("I1", `${after.pk}: ${refunded} refunded of ${captured}`);
    if (captured > authorized && !other.includes(captured))
      broken("I1", `${after.pk}: ${captured} captured of ${authorized}`);
  };
  const posting = (before: Row | undefined, after: Row | undefined) => {
    if (!after) return broken("I10", `the provider's posting ${before?.sk} was deleted`);
    const [id, kind] = String(after.sk).split("#") as [string, string];
    const sums = provider.get(id) ?? { captured: 0, refunded: 0, voided: false };
    provider.set(id, sums);
    const amount = Math.abs(
      after.posting.find(({ account }: Row) => account === "merchant")?.amount ?? 0,
    );
    if (kind === "captured") sums.captured += amount;
    if (kind === "refunded") sums.refunded += amount;
    if (sums.refunded > sums.captured)
      broken("I1", `the provider gave back ${sums.refunded} of ${sums.captured} for ${id}`);
  };

  const judgeShelves = () => {
    for (const id of dirty) {
      const row = shelves.get(id);
      if (!row) continue;
      const { available, stocked, taken: gone } = row;
      if (available < 0 || available + gone !== stocked)
        broken("I2", `${id}: ${available} + ${gone} is not ${stocked}`);
    }
    dirty.clear();
  };

  return {
    violations,
    edges: taken,
    open: () => [...open],
    see(entry) {
      if (entry.kind !== "item") {
        if (dirty.size > 0) judgeShelves(); // what a transaction wrote is whole by now
        return;
      }
      at = entry.at;
      const table = String(entry.table);
      if (!/-(Orders|Inventory|Payments|Provider)TableTable$/.test(table)) return;
      const [before, after] = [plain(entry.before), plain(entry.after)];
      const { __edb_e__: entity, pk, sk } = (after ?? before) as Row;
      if (entity === "order") order(before, after);
      else if (entity === "reservation") reservation(before, after);
      else if (entity === "stock") shelf(before, after);
      else if (table.includes("Payments") && String(sk).startsWith("EVENT#"))
        payment(before, after);
      else if (pk === "LEDGER") posting(before, after);
    },
  };
};
