import { type Item, type Row, rowOf, sameItem } from "./items.ts";
import { indexKeyOf } from "./keys.ts";
import type { Sorted } from "./sorted.ts";
import type { IndexSettings, Store, Table, TableSettings } from "./store.ts";
import { appendRecord } from "./stream-log.ts";
import { expiryOf } from "./ttl.ts";

/** What an index holds of an item. */
export const indexRow = (settings: TableSettings, index: IndexSettings, row: Row): Row => {
  if (index.projection === "ALL") return row;
  const item: Item = {};
  const names = [...index.keys, ...settings.keys].map(({ name }) => name);
  for (const name of [...names, ...index.included]) {
    const value = row.item[name];
    if (value && Object.hasOwn(row.item, name)) item[name] = value;
  }
  return rowOf(item);
};

/** The 1 KB units of a write of so many bytes. */
export const writeUnits = (size: number) => Math.max(1, Math.ceil(size / 1024));

/**
 * Brings an index in line with a changed item. Answers the write units that it costs: none when the index
 * holds the same as before, two writes when the item moves to another key in the index.
 */
const changeIndex = (
  { settings, indexes }: Table,
  index: IndexSettings,
  before: Row | undefined,
  after: Row | undefined,
): number => {
  const rows = indexes.get(index.name) as Sorted<Row>;
  const oldKey = before && indexKeyOf(before.item, index.keys, settings.keys);
  const newKey = after && indexKeyOf(after.item, index.keys, settings.keys);
  const oldRow = oldKey === undefined ? undefined : rows.get(oldKey);
  const newRow = newKey === undefined ? undefined : indexRow(settings, index, after as Row);
  if (oldKey === newKey) {
    if (!oldRow || !newRow || sameItem(oldRow.item, newRow.item)) {
      // The same to look at, but perhaps another row: ALL shares the table's.
      if (newKey !== undefined && newRow) rows.set(newKey, newRow);
      return 0;
    }
    rows.set(newKey as string, newRow);
    return writeUnits(Math.max(oldRow.size, newRow.size));
  }
  if (oldKey !== undefined) rows.delete(oldKey);
  if (newKey !== undefined) rows.set(newKey, newRow as Row);
  return (oldRow ? writeUnits(oldRow.size) : 0) + (newRow ? writeUnits(newRow.size) : 0);
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
  const { settings, rows, expiring } = table;
  if (after) rows.set(key, after);
  else if (before) rows.delete(key);

  const units: Record<string, number> = {};
  for (const index of settings.indexes) {
    const cost = changeIndex(table, index, before, after);
    if (cost > 0) units[index.name] = cost;
  }

  if (settings.expiryAttribute) {
    const was = before && expiryOf(before.item, settings.expiryAttribute, key);
    const is = after && expiryOf(after.item, settings.expiryAttribute, key);
    if (was !== is) {
      if (was !== undefined) expiring.delete(was);
      if (is !== undefined) expiring.set(is, key);
      store.onExpiry(table);
    }
  }

  const stream = settings.streaming ? store.streams.get(settings.streamArn as string) : undefined;
  const changed = before && after ? !sameItem(before.item, after.item) : before || after;
  if (stream && changed) {
    appendRecord(store, stream, before, after, expired);
    store.touched.add(stream.arn);
  }
  return units;
};
