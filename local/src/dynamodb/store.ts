import type { World } from "../engine.ts";
import { notFound } from "./errors.ts";
import { type Item, type Row, rowOf, sameItem } from "./items.ts";
import { indexKeyOf, type KeyPart, keyOf } from "./keys.ts";
import { type Sorted, type SortedSnapshot, sorted } from "./sorted.ts";
import { expiryOf } from "./ttl.ts";

/** A secondary index as it was defined. `attributes` are what it holds beside keys; absent: all. */
export type IndexSettings = {
  name: string;
  global: boolean;
  keys: KeyPart[];
  projection: "ALL" | "KEYS_ONLY" | "INCLUDE";
  included: string[];
};

export type ViewType = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";

export type Throughput = { ReadCapacityUnits: number; WriteCapacityUnits: number };

/** What is known of a table beside its items. Replaced as a whole when it changes, never mutated. */
export type TableSettings = {
  name: string;
  id: string;
  createdAt: number; // seconds
  keys: KeyPart[];
  definitions: { AttributeName: string; AttributeType: string }[];
  indexes: IndexSettings[];
  billing: "PAY_PER_REQUEST" | "PROVISIONED";
  throughput: Throughput;
  indexThroughput: Record<string, Throughput>;
  streamArn?: string;
  /** The stream that records changes now; a disabled one stays readable. */
  streaming: boolean;
  expiryAttribute?: string;
  recovery: boolean;
  protection: boolean;
  tableClass?: string;
  encryption?: { Enabled?: boolean; SSEType?: string; KMSMasterKeyId?: string };
  tags: Record<string, string>;
};

export type Table = {
  settings: TableSettings;
  rows: Sorted<Row>;
  /** The rows of each index by its name. */
  indexes: Map<string, Sorted<Row>>;
  /** Keys of items that will expire, in the order of their expiry. */
  expiring: Sorted<string>;
};

export type StreamRecord = {
  eventID: string;
  eventName: "INSERT" | "MODIFY" | "REMOVE";
  eventVersion: "1.1";
  eventSource: "aws:dynamodb";
  awsRegion: string;
  dynamodb: {
    ApproximateCreationDateTime: number;
    Keys: Item;
    NewImage?: Item;
    OldImage?: Item;
    SequenceNumber: string;
    SizeBytes: number;
    StreamViewType: ViewType;
  };
  userIdentity?: { PrincipalId: string; Type: string };
};

export type Stream = {
  arn: string;
  label: string;
  table: string;
  view: ViewType;
  keys: KeyPart[];
  createdAt: number; // seconds
  enabled: boolean;
  /** Position of the first record that is still there. */
  first: number;
  records: { at: number; record: StreamRecord }[];
};

/** A finished transaction by its token: repeating it changes nothing. */
export type Token = {
  fingerprint: string;
  until: number;
  readUnits: { table: string; units: number }[];
};

/** Everything DynamoDB knows, and the world it lives in. */
export type Store = {
  world: World;
  tables: Map<string, Table>;
  streams: Map<string, Stream>;
  tokens: Map<string, Token>;
  /** Streams with new records since their listeners were last told. */
  touched: Set<string>;
  /** Called when an item's expiry became known, so that the sweeper may wake up. */
  onExpiry: (table: Table) => void;
};

export type TableSnapshot = {
  settings: TableSettings;
  rows: SortedSnapshot<Row>;
  indexes: Record<string, SortedSnapshot<Row>>;
  expiring: SortedSnapshot<string>;
};

/** All of DynamoDB's state as plain data. Nothing in it is ever changed: it may be restored many times. */
export type DynamoSnapshot = {
  tables: Record<string, TableSnapshot>;
  streams: Stream[];
  tokens: [string, Token][];
};

export const takeSnapshot = ({ tables, streams, tokens }: Store): DynamoSnapshot => ({
  tables: Object.fromEntries(
    [...tables].map(([name, { settings, rows, indexes, expiring }]) => [
      name,
      {
        settings,
        rows: rows.snapshot(),
        indexes: Object.fromEntries([...indexes].map(([key, index]) => [key, index.snapshot()])),
        expiring: expiring.snapshot(),
      },
    ]),
  ),
  streams: [...streams.values()].map((stream) => ({ ...stream, records: [...stream.records] })),
  tokens: [...tokens],
});

export const restoreSnapshot = (store: Store, snapshot: DynamoSnapshot) => {
  store.tables = new Map(
    Object.entries(snapshot.tables).map(([name, { settings, rows, indexes, expiring }]) => [
      name,
      {
        settings,
        rows: sorted(rows),
        indexes: new Map(Object.entries(indexes).map(([key, index]) => [key, sorted(index)])),
        expiring: sorted(expiring),
      },
    ]),
  );
  store.streams = new Map(
    snapshot.streams.map((stream) => [stream.arn, { ...stream, records: [...stream.records] }]),
  );
  store.tokens = new Map(snapshot.tokens);
  store.touched.clear();
};

/** The table, or AWS's ResourceNotFoundException. */
export const tableOf = ({ tables }: Store, name: string): Table => {
  const table = tables.get(name);
  if (!table) throw notFound();
  return table;
};

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

const retention = 24 * 3600_000;

/** The position of the oldest record that may still be read: those of the last 24 hours. */
export const horizonOf = ({ records, first }: Stream, now: number) => {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.at as number) < now - retention) low = middle + 1;
    else high = middle;
  }
  return first + low;
};

/** Forgets what nobody can read any more, an hour's worth at a time. */
const trim = (stream: Stream, now: number) => {
  if ((stream.records[0]?.at ?? now) > now - retention - 3600_000) return;
  const old = horizonOf(stream, now) - stream.first;
  stream.records.splice(0, old);
  stream.first += old;
};

/** Sequence numbers ascend, are the same in every run, and have AWS's 21 digits and more. */
export const sequenceNumberOf = (position: number) => `1${String(position + 1).padStart(20, "0")}`;

const identityOf = (arn: string, position: number): string => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < arn.length; i++) hash = Math.imul(hash ^ arn.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0") + position.toString(16).padStart(24, "0");
};

const record = (
  { world }: Store,
  stream: Stream,
  before: Row | undefined,
  after: Row | undefined,
  expired: boolean,
) => {
  const now = world.clock.now();
  const position = stream.first + stream.records.length;
  const source = (after ?? before)?.item as Item;
  const Keys = Object.fromEntries(
    stream.keys.map(({ name }) => [name, source[name] as Item[string]]),
  );
  const showsNew = stream.view === "NEW_IMAGE" || stream.view === "NEW_AND_OLD_IMAGES";
  const showsOld = stream.view === "OLD_IMAGE" || stream.view === "NEW_AND_OLD_IMAGES";
  stream.records.push({
    at: now,
    record: {
      eventID: identityOf(stream.arn, position),
      eventName: !before ? "INSERT" : after ? "MODIFY" : "REMOVE",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: world.region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(now / 1000),
        Keys,
        ...(showsNew && after && { NewImage: after.item }),
        ...(showsOld && before && { OldImage: before.item }),
        SequenceNumber: sequenceNumberOf(position),
        SizeBytes:
          rowOf(Keys).size +
          (showsNew ? (after?.size ?? 0) : 0) +
          (showsOld ? (before?.size ?? 0) : 0),
        StreamViewType: stream.view,
      },
      ...(expired && {
        userIdentity: { PrincipalId: "dynamodb.amazonaws.com", Type: "Service" },
      }),
    },
  });
  trim(stream, now);
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
    record(store, stream, before, after, expired);
    store.touched.add(stream.arn);
  }
  return units;
};

/** Where the item with this key lies in its table. */
export const placeOf = ({ settings }: Table, item: Item) => keyOf(item, settings.keys);
