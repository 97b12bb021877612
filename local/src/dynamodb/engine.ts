import type { Engine, Operation, World } from "../engine.ts";
import type { Context } from "./calls.ts";
import { change } from "./changes.ts";
import { query, scan } from "./queries.ts";
import { batchGetItem, getItem } from "./reads.ts";
import { checkedRequest } from "./requests.ts";
import { type DynamoSnapshot, restoreSnapshot, type Store, takeSnapshot } from "./store.ts";
import { describeStream, getRecords, getShardIterator, listStreams } from "./streams.ts";
import {
  describeContinuousBackups,
  describeTimeToLive,
  listTagsOfResource,
  tagResource,
  untagResource,
  updateContinuousBackups,
  updateTimeToLive,
} from "./table-settings.ts";
import { createTable, deleteTable, describeTable, listTables, updateTable } from "./tables.ts";
import { transactGetItems, transactWriteItems } from "./transactions.ts";
import { sweeper } from "./ttl.ts";
import { meter } from "./units.ts";
import { batchWriteItem, deleteItem, putItem, updateItem } from "./writes.ts";

/** The DynamoDB engine, and all of its state (tables, streams, tokens) as a value. */
export type DynamoEngine = Engine & {
  /** Cheap: it shares everything with the engine, which copies what it changes afterwards. */
  snapshot: () => DynamoSnapshot;
  /** Goes back to a snapshot of this engine or of another. Listeners stay. */
  restore: (snapshot: DynamoSnapshot) => void;
};

/** The DynamoDB Streams engine, and how a consumer beside it (an event source mapping) hears of records. */
export type StreamsEngine = Engine & {
  /**
   * Calls `listener` when records were appended to the stream, once for each call that wrote, after all of
   * its writes. It is a hint to read. Answers how to stop listening.
   */
  onRecords: (streamArn: string, listener: () => void) => () => void;
};

/** What may be set where the engines are made. */
export type DynamoOptions = {
  /** Milliseconds after its expiry at which TTL deletes an item at the earliest; at twice that it has. */
  expiryLateness?: number;
};

// biome-ignore lint/suspicious/noExplicitAny: each operation reads its own request, checked before
type Handler = (context: Context, request: any) => object;

const handlers: Record<string, Handler> = {
  CreateTable: createTable,
  DescribeTable: describeTable,
  DeleteTable: deleteTable,
  UpdateTable: updateTable,
  ListTables: listTables,
  PutItem: putItem,
  GetItem: getItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
  Query: query,
  Scan: scan,
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  TransactWriteItems: transactWriteItems,
  TransactGetItems: transactGetItems,
  UpdateTimeToLive: updateTimeToLive,
  DescribeTimeToLive: describeTimeToLive,
  UpdateContinuousBackups: updateContinuousBackups,
  DescribeContinuousBackups: describeContinuousBackups,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsOfResource: listTagsOfResource,
};

/**
 * DynamoDB and DynamoDB Streams over one synchronous store in memory, as makers for createCloud:
 * `const { dynamodb, streams } = dynamoEngines(); createCloud(clock, [dynamodb, streams, ...])`.
 * An operation runs to its end before another begins: transactions are serial, and never in conflict.
 */
export const dynamoEngines = ({ expiryLateness = 10 * 60_000 }: DynamoOptions = {}) => {
  let shared: Store | undefined;
  const listeners = new Map<string, Set<() => void>>();

  const storeOf = (world: World): Store => {
    shared ??= {
      world,
      tables: new Map(),
      streams: new Map(),
      tokens: new Map(),
      touched: new Set(),
      onExpiry: () => {},
    };
    return shared;
  };

  const announce = (store: Store) => {
    if (store.touched.size === 0) return;
    const touched = [...store.touched];
    store.touched.clear();
    for (const arn of touched) for (const listener of [...(listeners.get(arn) ?? [])]) listener();
  };

  const dynamodb = (world: World): DynamoEngine => {
    const store = storeOf(world);
    const expiry = sweeper(store, expiryLateness, (table, key) => {
      const before = table.rows.get(key);
      if (!before) return;
      // What TTL deletes costs nothing, in the table and in its indexes.
      change(store, table, key, before, undefined, { expired: true });
      announce(store);
    });
    store.onExpiry = expiry.wake;

    const operation =
      (name: string, handle: Handler): Operation =>
      (input, caller) => {
        const context: Context = { store, meter: meter() };
        try {
          return handle(context, checkedRequest(name, input));
        } finally {
          context.meter.report(world, name, caller);
          announce(store);
        }
      };

    return {
      service: "dynamodb",
      operations: Object.fromEntries(
        Object.entries(handlers).map(([name, handle]) => [name, operation(name, handle)]),
      ),
      stop: expiry.stop,
      snapshot: () => takeSnapshot(store),
      restore(snapshot) {
        expiry.stop();
        restoreSnapshot(store, snapshot);
        for (const table of store.tables.values()) expiry.wake(table);
      },
    };
  };

  const streams = (world: World): StreamsEngine => {
    const store = storeOf(world);
    return {
      service: "streams",
      operations: {
        ListStreams: (input) => listStreams(store, input ?? {}),
        DescribeStream: (input) => describeStream(store, input),
        GetShardIterator: (input) => getShardIterator(store, input),
        GetRecords: (input) => getRecords(store, input),
      },
      onRecords(streamArn, listener) {
        const known = listeners.get(streamArn) ?? new Set();
        listeners.set(streamArn, known);
        known.add(listener);
        return () => void known.delete(listener);
      },
    };
  };

  return { dynamodb, streams };
};
