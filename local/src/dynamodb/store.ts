import type { World } from "../engine.ts";
import { notFound } from "./errors.ts";
import type { Item, Row } from "./items.ts";
import { type KeyPart, keyOf } from "./keys.ts";
import { type Sorted, type SortedSnapshot, sorted } from "./sorted.ts";

/** A secondary index as it was defined. `included` is what an INCLUDE projection adds to the keys. */
export type IndexSettings = {
  name: string;
  global: boolean;
  keys: KeyPart[];
  projection: "ALL" | "KEYS_ONLY" | "INCLUDE";
  included: string[];
};

/** What of an item the records of a stream show. */
export type ViewType = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";

/** Provisioned capacity: remembered and described, never enforced. */
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

/** A table with its items; its indexes lie beside it and follow every change. */
export type Table = {
  settings: TableSettings;
  rows: Sorted<Row>;
  /** The rows of each index by its name. */
  indexes: Map<string, Sorted<Row>>;
  /** Keys of items that will expire, in the order of their expiry. */
  expiring: Sorted<string>;
};

/** A record as GetRecords answers it. */
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

/** The stream of a table. It outlives the table. */
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
type Token = {
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

type TableSnapshot = {
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

/** All state as it is now. */
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

/** Puts the state of a snapshot in the place of all that is there. */
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

/** Where the item with this key lies in its table. */
export const placeOf = ({ settings }: Table, item: Item) => keyOf(item, settings.keys);

/** The ARN of a table of this account. */
export const arnOf = ({ world }: Store, name: string) =>
  `arn:aws:dynamodb:${world.region}:${world.account}:table/${name}`;
