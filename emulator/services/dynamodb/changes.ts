import { attribute, type Item, sameItem } from "./items.ts";
import { indexKeyOf } from "./keys.ts";
import { setOwn } from "./own.ts";
import { noPast } from "./past.ts";
import { itemOf, type Row, retire, rowOf } from "./rows.ts";
import { type Sorted, sorted } from "./sorted.ts";
import type { IndexSettings, Store, Table, TableSettings } from "./store.ts";
import { appendRecord } from "./stream-log.ts";
import { keysIn } from "./stream-records.ts";
import { expiryOf } from "./ttl.ts";

/** What an index holds of an item. */
const indexRow = (settings: TableSettings, index: IndexSettings, row: Row): Row => {
  if (index.projection === "ALL") return row;
  const item: Item = {};
  const whole = itemOf(row);
  const names = [...index.keys, ...settings.keys].map(({ name }) => name);
  for (const name of [...names, ...index.included]) {
    const value = attribute(whole, name);
    if (value) setOwn(item, name, value);
  }
  return rowOf(item);
};

const everything = { from: "", to: "\uffff" };

/** The rows of an index, from the rows of its table. */
export const indexFrom = (
  settings: TableSettings,
  index: IndexSettings,
  rows: Sorted<Row>,
): Sorted<Row> => {
  const held = sorted<Row>();
  rows.walk(everything, (row) => {
    const key = indexKeyOf(itemOf(row), index.keys, settings.keys);
    if (key !== undefined) held.set(key, indexRow(settings, index, row));
    return true;
  });
  return held;
};

/** The order in which a table's items expire. */
export const expiringFrom = ({ expiryAttribute }: TableSettings, rows: Sorted<Row>) => {
  const expiring = sorted<string>();
  if (expiryAttribute !== undefined)
    rows.walk(everything, (row, key) => {
      const place = expiryOf(itemOf(row), expiryAttribute, key);
      if (place !== undefined) expiring.set(place, key);
      return true;
    });
  return expiring;
};

/** A table of these rows, with all that follows from them. */
export const tableFrom = (settings: TableSettings, rows: Sorted<Row> = sorted()): Table => ({
  settings,
  rows,
  indexes: new Map(settings.indexes.map((index) => [index.name, indexFrom(settings, index, rows)])),
  expiring: expiringFrom(settings, rows),
});

const sameRow = (one: Row, other: Row) =>
  one === other || (one.size === other.size && sameItem(itemOf(one), itemOf(other)));

/** The 1 KB units of a write of so many bytes. */
export const writeUnits = (size: number) => Math.max(1, Math.ceil(size / 1024));

/**
 * Brings an index in line with a changed item. Answers the write units that it costs: none when the index
 * holds the same as before, two writes when the item moves to another key in the index.
 */
const changeIndex = (
  { past }: Pick<Store, "past">,
  { settings, indexes }: Table,
  index: IndexSettings,
  key: string,
  before: Row | undefined,
  after: Row | undefined,
): number => {
  const rows = indexes.get(index.name) as Sorted<Row>;
  const oldKey = before && indexKeyOf(itemOf(before), index.keys, settings.keys);
  const newKey = after && indexKeyOf(itemOf(after), index.keys, settings.keys);
  const oldRow = oldKey === undefined ? undefined : rows.get(oldKey);
  const newRow = newKey === undefined ? undefined : indexRow(settings, index, after as Row);
  // ALL shares the table's row, which a stream may hold.
  if (oldRow && index.projection !== "ALL") retire(oldRow);
  if (oldKey === newKey) {
    if (!oldRow || !newRow || sameRow(oldRow, newRow)) {
      // The same to look at, but perhaps another row: ALL shares the table's.
      if (newKey !== undefined && newRow) rows.set(newKey, newRow);
      return 0;
    }
    past.remember(rows, newKey as string, key, oldRow);
    rows.set(newKey as string, newRow);
    return writeUnits(Math.max(oldRow.size, newRow.size));
  }
  if (oldKey !== undefined) {
    past.remember(rows, oldKey, key, oldRow);
    rows.delete(oldKey);
  }
  if (newKey !== undefined) {
    past.remember(rows, newKey, key, undefined);
    rows.set(newKey, newRow as Row);
  }
  return (oldRow ? writeUnits(oldRow.size) : 0) + (newRow ? writeUnits(newRow.size) : 0);
};

/** Puts a row in the place of another, or takes it away, in the table and in all that follows from it. */
const place = (
  store: Pick<Store, "past">,
  table: Table,
  key: string,
  before: Row | undefined,
  after: Row | undefined,
): Record<string, number> => {
  const { settings, rows, expiring } = table;
  store.past.remember(rows, key, key, before);
  if (after) rows.set(key, after);
  else if (before) rows.delete(key);

  const units: Record<string, number> = {};
  for (const index of settings.indexes) {
    const cost = changeIndex(store, table, index, key, before, after);
    if (cost > 0) setOwn(units, index.name, cost);
  }

  if (settings.expiryAttribute) {
    const was = before && expiryOf(itemOf(before), settings.expiryAttribute, key);
    const is = after && expiryOf(itemOf(after), settings.expiryAttribute, key);
    if (was !== is) {
      if (was !== undefined) expiring.delete(was);
      if (is !== undefined) expiring.set(is, key);
    }
  }
  return units;
};

/** Puts a row as it was kept, or takes it away: nobody is told, nothing is counted, and no read sees what was before. */
export const restore = (table: Table, key: string, row: Row | undefined) =>
  void place({ past: noPast }, table, key, table.rows.get(key), row);

/** Writes down what becomes of an item, by what it was and what it is. */
const record = (
  { world }: Store,
  { settings: { name, keys } }: Table,
  before: Row | undefined,
  after: Row | undefined,
  expired: boolean,
) => {
  const key = keysIn(keys, itemOf((after ?? before) as Row));
  return world.trace.write(
    {
      kind: "item",
      table: name,
      key,
      ...(before && { before: itemOf(before) }),
      ...(after && { after: itemOf(after) }),
      ...(expired && { expired }),
    },
    3 * ((before?.size ?? 0) + (after?.size ?? 0)),
  );
};

/**
 * The one place through which every change of an item goes: table, indexes, expiry and stream together.
 * Answers the write units of each index that had to change.
 */
export const change = (
  store: Store,
  table: Table,
  key: string,
  before: Row | undefined,
  after: Row | undefined,
  { expired = false } = {},
): Record<string, number> => {
  if (!before && !after) return {};
  const { settings } = table;
  const units = place(store, table, key, before, after);
  const { seq } = record(store, table, before, after, expired);
  store.changed.row(settings.name, key);
  if (settings.expiryAttribute && !expired) store.onExpiry(table);

  const stream = settings.streaming ? store.streams.get(settings.streamArn as string) : undefined;
  if (stream && !(before && after && sameRow(before, after))) {
    appendRecord(store, stream, before, after, expired, seq);
    store.touched.add(stream.arn);
  }
  if (!stream && before && before !== after) retire(before);
  return units;
};
