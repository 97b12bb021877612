import type { Engine, Operation, World } from "../../kernel/engine.ts";
import type { Context } from "./calls.ts";
import { change } from "./changes.ts";
import { forgetterOf } from "./forgetting.ts";
import { query, scan } from "./queries.ts";
import { batchGetItem, getItem } from "./reads.ts";
import { checkedRequest } from "./requests/checked-request.ts";
import { createStore } from "./state.ts";
import type { Store } from "./store.ts";
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
import { updateTable } from "./table-updates.ts";
import { createTable, deleteTable, describeTable, listTables } from "./tables.ts";
import { transactGetItems, transactWriteItems } from "./transactions.ts";
import { sweeper } from "./ttl.ts";
import { meter } from "./units.ts";
import { batchWriteItem, deleteItem, putItem, updateItem } from "./writes.ts";

/** The DynamoDB Streams engine, and how a consumer beside it (an event source mapping) hears of records. */
export type StreamsEngine = Engine & {
  /**
   * Calls `listener` when records were appended to the stream, once for each call that wrote, after all of
   * its writes. It is a hint to read. Answers how to stop listening.
   */
  onRecords: (streamArn: string, listener: () => void) => () => void;
};

/** How far DynamoDB is behind what it was told, in milliseconds, within the limits that AWS sets. */
export type Lags = {
  /** At most so old is what reads see that are not strongly consistent, and all reads of global indexes: 0 is exact. */
  reads?: number;
  /** So long after its expiry TTL deletes an item at the earliest; after twice that it has. */
  ttl?: number;
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
export const dynamoEngines = ({
  lags = {},
  mostRecords = 25_000,
}: {
  lags?: Lags;
  /** How many records a stream keeps at most: AWS keeps all of a day. */
  mostRecords?: number;
} = {}) => {
  const { reads = 0, ttl = 10 * 60_000 } = lags;
  type Listeners = Map<string, Set<() => void>>;
  const worlds = new WeakMap<World, { store: Store; listeners: Listeners }>();
  const inside = (world: World) => {
    const known = worlds.get(world);
    if (known) return known;
    const made = { store: createStore(world, reads, mostRecords), listeners: new Map() };
    worlds.set(world, made);
    return made;
  };

  const dynamodb = (world: World): Engine => {
    const { store, listeners } = inside(world);
    const tell = (arn: string) => {
      for (const listener of [...(listeners.get(arn) ?? [])]) listener();
    };
    const announce = () => {
      if (store.touched.size === 0) return;
      const touched = [...store.touched];
      store.touched.clear();
      for (const arn of touched) tell(arn);
    };
    const expiry = sweeper(store, ttl, (table, key) => {
      const before = table.rows.get(key);
      if (!before) return;
      // What TTL deletes costs nothing, in the table and in its indexes.
      change(store, table, key, before, undefined, { expired: true });
      announce();
    });
    store.onExpiry = expiry.wake;
    const forgetter = forgetterOf(store);
    store.onFading = forgetter.wake;

    const operation =
      (name: string, handle: Handler): Operation =>
      (input, caller) => {
        const context: Context = { store, meter: meter() };
        try {
          return handle(context, checkedRequest(name, input));
        } finally {
          context.meter.report(world, name, caller);
          announce();
        }
      };

    return {
      service: "dynamodb",
      operations: Object.fromEntries(
        Object.entries(handlers).map(([name, handle]) => [name, operation(name, handle)]),
      ),
      stop() {
        expiry.stop();
        forgetter.stop();
      },
      resume() {
        store.touched.clear();
        store.read.clear();
        forgetter.resume();
        expiry.resume();
        for (const { arn, records } of [...store.streams.values()])
          if (records.length > 0) tell(arn);
      },
    };
  };

  const streams = (world: World): StreamsEngine => {
    const { store, listeners } = inside(world);
    return {
      service: "streams",
      operations: {
        ListStreams: (input) => listStreams(store, checkedRequest("ListStreams", input)),
        DescribeStream: (input) => describeStream(store, checkedRequest("DescribeStream", input)),
        GetShardIterator: (input) =>
          getShardIterator(store, checkedRequest("GetShardIterator", input)),
        GetRecords: (input) => getRecords(store, checkedRequest("GetRecords", input)),
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
