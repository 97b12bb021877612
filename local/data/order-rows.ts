import { type Change, compare } from "../lens/difference.ts";
import type { Entry } from "../lens/entry.ts";
import { plainItem } from "../lens/milestones.ts";
import { type Answer, answerOf } from "./answer-of.ts";
import { canonical, type Plain } from "./canonical.ts";
import type { Entity } from "./entity-of.ts";
import { mirrorsOf } from "./mirrors.ts";

/** A row as it stood at one time: as DynamoDB keeps it, keys first, and as the code knows it. */
export type Version = { raw: Plain; entity: Entity };

/** A row that an order has to do with. */
export type OrderRow = {
  id: string;
  table: string;
  context: string;
  /** Rows of the read side are a read model. */
  isView: boolean;
  pk: string;
  sk: string;
  /** It is of other orders, too. */
  shared: boolean;
  /** Rows of read models that are made of it. */
  mirrors: string[];
};

/** One write of a row: what was there and what is, and what it changed. */
export type Step = {
  seq: number;
  at: number;
  who: string;
  did: "put" | "changed" | "deleted";
  row: string;
  before?: Version;
  after?: Version;
  raw: Change[];
  entity: Change[];
  /** What the customer is answered from now on, where that changed. */
  answer?: { now?: Answer; changes: Change[] };
};

/** All rows that an order has to do with, at each step of its story. */
export type OrderData = {
  orderId: string;
  rows: OrderRow[];
  /** Rows as they stood before the first step. */
  base: Record<string, Version>;
  baseAnswer?: Answer;
  steps: Step[];
  /** Rows that were changed again since the last step, for other orders. */
  moved: Record<string, Version>;
  /** What of the beginning is missing, in one sentence. */
  cut?: string;
};

/** So many steps are told: the newest. */
const MOST_STEPS = 400;

/** Where a row is: its table as people call it, and its key. */
type Place = { table: string; context: string; item: unknown };

type Around = {
  orderId: string;
  /** The writes of its rows. */
  entries: readonly Entry[];
  /** Rows that are there now, of those that know the order. */
  present: readonly Place[];
  /** The row that is there now at a key of a table on AWS. */
  now: (table: string, key: unknown) => unknown;
  place: (physical: string) => { table: string; context: string } | undefined;
  who: (entry: Entry) => string;
  entityOf: (table: string, row: Plain) => Entity;
  /** The trace's oldest entry. */
  first: number;
};

const FIRST = ["pk", "sk", "gsi1pk", "gsi1sk", "__edb_e__", "__edb_v__"];

/** A row as plain JSON: keys first, sets as lists. */
const shown = (row: Plain): Plain => {
  const names = [
    ...FIRST.filter((name) => name in row),
    ...Object.keys(row).filter((name) => !FIRST.includes(name)),
  ];
  return Object.fromEntries(
    names.map((name) => [
      name,
      row[name] instanceof Set ? [...(row[name] as Set<unknown>)].sort() : row[name],
    ]),
  );
};

const sameVersion = (a: Version | undefined, b: Version | undefined) =>
  canonical(a?.raw) === canonical(b?.raw);

/** Puts together the rows of an order and all steps that led to them. */
export const orderData = (around: Around): OrderData => {
  const { orderId, entries, present, now, place, who, entityOf, first } = around;
  const ulid = orderId.slice(4);
  const rows = new Map<string, OrderRow>();
  const versionOf = (table: string, item: unknown): Version | undefined => {
    const plain = plainItem(item);
    if (!plain) return undefined;
    const raw = shown(plain);
    return { raw, entity: entityOf(table, raw) };
  };
  const rowOf = (where: { table: string; context: string }, { raw, entity }: Version): OrderRow => {
    const [pk, sk] = [String(raw.pk), String(raw.sk)];
    const id = `${where.table} ${pk} ${sk}`;
    const mirrors = mirrorsOf(where.table, orderId, { raw, entity });
    const found = rows.get(id);
    if (found) {
      found.mirrors = [...new Set([...found.mirrors, ...mirrors])];
      return found;
    }
    const isView = where.context === "read-side";
    const shared = !canonical(raw).includes(ulid);
    const row = { id, ...where, isView, pk, sk, shared, mirrors };
    rows.set(id, row);
    return row;
  };

  const written = entries.toSorted((a, b) => a.seq - b.seq);
  const told = written.slice(-MOST_STEPS);
  const base: Record<string, Version> = {};
  const current = new Map<string, Version | undefined>();
  const keys = new Map<string, Entry>();
  const steps: Step[] = [];
  const viewId = `ReadTable ${orderId} ORDER`;
  const isOrder = (id: string) =>
    rows.get(id)?.table === "OrdersTable" && current.get(id)?.entity.name === "order";
  const answerNow = () => {
    const order = [...current.keys()].find(isOrder);
    return answerOf(
      current.get(viewId)?.raw,
      order === undefined ? undefined : current.get(order)?.raw,
    );
  };

  for (const entry of told) {
    const where = place(String(entry.table));
    if (!where) continue;
    const before = versionOf(where.table, entry.before);
    const after = versionOf(where.table, entry.after);
    const { id } = rowOf(where, (after ?? before) as Version);
    if (!keys.has(id) && before) base[id] = before;
    keys.set(id, entry);
  }
  for (const { table, context, item } of present) {
    const version = versionOf(table, item);
    if (!version) continue;
    const { id } = rowOf({ table, context }, version);
    if (!keys.has(id)) base[id] = version;
  }
  for (const [id, version] of Object.entries(base)) current.set(id, version);
  const baseAnswer = answerNow();
  let answer = baseAnswer;

  for (const entry of told) {
    const where = place(String(entry.table));
    if (!where) continue;
    const before = versionOf(where.table, entry.before);
    const after = versionOf(where.table, entry.after);
    const { id, table } = rowOf(where, (after ?? before) as Version);
    current.set(id, after);
    const step: Step = {
      ...{ seq: entry.seq, at: entry.at, who: who(entry), row: id },
      did: after ? (before ? "changed" : "put") : "deleted",
      ...(before && { before }),
      ...(after && { after }),
      raw: compare(before?.raw ?? {}, after?.raw ?? {}),
      entity: compare(before?.entity.attributes ?? {}, after?.entity.attributes ?? {}),
    };
    if (id === viewId || table === "OrdersTable") {
      const next = answerNow();
      const changes = compare(answer?.body ?? {}, next?.body ?? {});
      if (changes.length > 0 || next?.from !== answer?.from)
        step.answer = { ...(next && { now: next }), changes };
      answer = next;
    }
    steps.push(step);
  }

  const moved: Record<string, Version> = {};
  for (const [id, { table, key }] of keys) {
    const version = versionOf(place(String(table))?.table ?? "", now(String(table), key));
    if (version && !sameVersion(version, current.get(id))) moved[id] = version;
  }
  const begins = steps.some(({ did, after }) => did === "put" && after?.entity.name === "order");
  const cut =
    written.length > told.length
      ? `Only the newest ${MOST_STEPS} of ${written.length} writes are told: the first picture has what came before.`
      : begins
        ? undefined
        : `The trace has forgotten the beginning (its oldest entry is ${first}): the first picture has what was written before.`;
  return {
    orderId,
    rows: [...rows.values()],
    base,
    ...(baseAnswer && { baseAnswer }),
    steps,
    moved,
    ...(cut && { cut }),
  };
};
