import type { World } from "../../kernel/engine.ts";
import { notFound } from "./errors.ts";
import type { Item } from "./items.ts";
import { type KeyPart, keyOf } from "./keys.ts";
import type { Past } from "./past.ts";
import type { Row } from "./rows.ts";
import type { Sorted } from "./sorted.ts";

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

/** What is known of a stream beside its records. */
export type StreamSettings = {
  arn: string;
  label: string;
  table: string;
  view: ViewType;
  keys: KeyPart[];
  createdAt: number; // seconds
  /** When it was closed, in milliseconds: it stays readable for a day, also without its table. */
  closedAt?: number;
};

/** What a stream keeps of a change, of which its record is made when it is read. */
export type StreamEntry = {
  /** The moment of the change, in milliseconds. */
  at: number;
  event: StreamRecord["eventName"];
  /** Bytes of the keys and of the images that are shown. */
  size: number;
  /** TTL deleted the item. */
  expired: boolean;
  /** The images that the stream shows; where it shows none, the item's key. */
  fresh: Row | undefined;
  old: Row | undefined;
  key: Row | undefined;
};

/** The stream of a table. It outlives the table. */
export type Stream = StreamSettings & {
  /** Position of the first record that is still there. The newest is never trimmed: the count goes on behind it. */
  first: number;
  records: StreamEntry[];
};

/** A finished transaction by its token: repeating it changes nothing. */
export type Token = {
  fingerprint: number;
  until: number;
  /** What a repetition is charged for, by table. */
  readUnits: Record<string, number>;
};

/** What is to be told when a part of the state has changed, so that a journal writes it down. */
type Changed = {
  table: (name: string) => void;
  row: (table: string, place: string) => void;
  stream: (arn: string) => void;
  record: (arn: string, position: number) => void;
};

/** Everything DynamoDB knows, and the world it lives in. */
export type Store = {
  world: World;
  tables: Map<string, Table>;
  streams: Map<string, Stream>;
  tokens: Map<string, Token>;
  /** By table, when the sweeper comes next, in milliseconds, and for what: the second of the first expiry. */
  sweeps: Map<string, { first: number; at: number }>;
  changed: Changed;
  /** What reads that need not be consistent may still show. */
  past: Past;
  /** Streams with new records since their listeners were last told. */
  touched: Set<string>;
  /** How many records a stream keeps at most. */
  mostRecords: number;
  /** By stream, the position up to which somebody has read it since this process began. */
  read: Map<string, number>;
  /** Called when there is something that is to be forgotten some day. */
  onFading: () => void;
  /** Called when an item's expiry became known, so that the sweeper may wake up. */
  onExpiry: (table: Table) => void;
};

/** Gives a table other settings. */
export const settle = ({ changed }: Store, table: Table, settings: TableSettings) => {
  table.settings = settings;
  changed.table(settings.name);
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
