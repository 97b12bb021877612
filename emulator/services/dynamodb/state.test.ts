import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forked, journaled, reopened, type TestCloud } from "../../kernel/testing/fork.ts";
import { rowOf } from "./rows.ts";
import { dynamoOf, item, startDynamo, withIndex } from "./testing/start-dynamo.ts";

const keysOf = ({ keeper }: TestCloud, part: string) => [...(keeper.parts.get(part)?.keys() ?? [])];

const minute = 60_000;
const day = 24 * 60 * minute;

const open = async (lags = {}) => {
  const dynamo = await startDynamo({
    lags,
    table: {
      ...withIndex(),
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    },
  });
  await dynamo.onTable("UpdateTimeToLive", {
    TimeToLiveSpecification: { Enabled: true, AttributeName: "expiresAt" },
  });
  return dynamo;
};

/** All that a client can find out. */
const all = async (cloud: TestCloud) => {
  const { db, streams } = dynamoOf(cloud);
  const tables = [];
  for (const TableName of (await db("ListTables")).TableNames) {
    const { Table } = await db("DescribeTable", { TableName });
    const indexes = (Table.GlobalSecondaryIndexes ?? []) as { IndexName: string }[];
    tables.push({
      Table,
      ttl: await db("DescribeTimeToLive", { TableName }),
      tags: await db("ListTagsOfResource", { ResourceArn: Table.TableArn }),
      items: (await db("Scan", { TableName, ConsistentRead: true })).Items,
      indexes: await Promise.all(
        indexes.map(async ({ IndexName }) => (await db("Scan", { TableName, IndexName })).Items),
      ),
    });
  }
  const records = [];
  for (const { StreamArn } of (await streams("ListStreams")).Streams) {
    const { StreamDescription } = await streams("DescribeStream", { StreamArn });
    const [{ ShardId }] = StreamDescription.Shards;
    const { ShardIterator } = await streams("GetShardIterator", {
      StreamArn,
      ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    });
    records.push(StreamDescription, (await streams("GetRecords", { ShardIterator })).Records);
  }
  return { tables, records };
};

const transaction = {
  ClientRequestToken: "token",
  TransactItems: [{ Put: { TableName: "Things", Item: item("t") } }],
};

describe("a fork of DynamoDB", () => {
  it("has all that the original has, and goes its own way", async () => {
    const { cloud, makers, put, db } = await open();
    await put(item("a", { gsi1pk: "OPEN", gsi1sk: "1" }));
    await db("TransactWriteItems", transaction);
    const then = await all(cloud);
    const fork = await forked(cloud, makers);
    expect(await all(fork)).toEqual(then);

    const other = dynamoOf(fork);
    await other.db("TransactWriteItems", transaction); // the token is known: nothing happens
    expect(await all(fork)).toEqual(then);
    await other.put(item("b", { gsi1pk: "OPEN", gsi1sk: "2" }));
    await other.onTable("DeleteItem", { Key: item("a") });
    await other.onTable("UpdateTable", {
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "open" } }],
    });
    expect(await all(cloud)).toEqual(then);
    await put(item("c"));
    expect((await other.get("c")) ?? (await other.get("a"))).toBeUndefined();
  });

  it("lets items expire at the moments at which they would have", async () => {
    const { cloud, makers, clock, put } = await open();
    const soon = clock.now() / 1000 + 60;
    await put(item("a", { expiresAt: soon, gsi1pk: "OPEN", gsi1sk: "1" }));
    await put(item("b", { expiresAt: soon + 5 }));
    await clock.advance(5 * minute);
    const copies = [cloud, await forked(cloud, makers, { seed: 7 }), await reopened(cloud, makers)];
    const gone = [];
    for (const copy of copies) {
      const { clock, get } = dynamoOf(copy);
      await clock.runUntil(async () => !(await get("a")));
      expect(await get("b")).toBeUndefined(); // in one sweep
      gone.push(clock.now());
      const [, records] = (await all(copy)).records;
      expect(records.map((record: { eventName: string }) => record.eventName)).toEqual([
        "INSERT",
        "INSERT",
        "REMOVE",
        "REMOVE",
      ]);
    }
    expect(new Set(gone).size).toBe(1);
  });

  it("sweeps no more once it is stopped, and at once what became due meanwhile", async () => {
    const { cloud, clock, put, get } = await open();
    await put(item("a", { expiresAt: clock.now() / 1000 + 60 }));
    cloud.stop();
    await put(item("b", { expiresAt: clock.now() / 1000 + 30 })); // late, and arms nothing
    await clock.advance(60 * minute);
    expect(await get("a")).toBeDefined();
    await cloud.restart(() => {});
    await clock.advance(0);
    expect([await get("a"), await get("b")]).toEqual([undefined, undefined]);
  });

  it("tells those who listen to a stream that there may be something to read", async () => {
    const { cloud, put, streams, streamsEngine } = await open();
    const [{ StreamArn }] = (await streams("ListStreams")).Streams;
    let told = 0;
    streamsEngine.onRecords(StreamArn, () => {
      told += 1;
    });
    await put(item("a"));
    await cloud.restart(() => {});
    expect(told).toBe(2);
  });

  it("shares what it has with the original: 2,000 items cost what a few do", async () => {
    const { cloud, makers, put } = await open();
    for (let i = 0; i < 2_000; i++) await put(item(`i${i}`, { gsi1pk: "OPEN", gsi1sk: String(i) }));
    const rows = cloud.snapshot().parts.get("dynamodb.rows") as [string, object][];
    // Chunks of the sorted lists, not items.
    expect(JSON.stringify(rows, (_, value) => (value?.keys ? "chunk" : value)).length).toBeLessThan(
      1_000,
    );
    expect(await all(await forked(cloud, makers))).toEqual(await all(cloud));
  });
});

describe("DynamoDB's journal", () => {
  const CreateTable = {
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
  };
  type Dynamo = Awaited<ReturnType<typeof open>>;
  const name = fc.constantFrom("a", "b", "c");
  type Action = (dynamo: Dynamo) => Promise<unknown>;
  const action = fc.oneof<fc.Arbitrary<Action>[]>(
    fc
      .record({
        pk: name,
        gsi1pk: name,
        gsi1sk: name,
        seconds: fc.integer({ min: -99, max: 99_999 }),
      })
      .map(
        ({ seconds, pk, ...more }) =>
          ({ put, clock }: Dynamo) =>
            put(item(pk, { ...more, expiresAt: Math.floor(clock.now() / 1000) + seconds })),
      ),
    name.map(
      (pk) =>
        ({ onTable }: Dynamo) =>
          onTable("DeleteItem", { Key: item(pk) }),
    ),
    name.map(
      (ClientRequestToken) =>
        ({ db }: Dynamo) =>
          db("TransactWriteItems", { ...transaction, ClientRequestToken }),
    ),
    fc.integer({ min: 1, max: day }).map(
      (ms) =>
        ({ clock }: Dynamo) =>
          clock.advance(ms),
    ),
    name.map(
      (TableName) =>
        ({ db }: Dynamo) =>
          db("CreateTable", { ...CreateTable, TableName: `New-${TableName}` }),
    ),
    name.map(
      (TableName) =>
        ({ db }: Dynamo) =>
          db("DeleteTable", { TableName: `New-${TableName}` }),
    ),
    name.map(
      (pk) =>
        ({ db }: Dynamo) =>
          db("PutItem", { TableName: "New-a", Item: { pk: { S: pk } } }),
    ),
    fc.boolean().map(
      (StreamEnabled) =>
        ({ onTable }: Dynamo) =>
          onTable("UpdateTable", {
            StreamSpecification: {
              StreamEnabled,
              ...(StreamEnabled && { StreamViewType: "KEYS_ONLY" }),
            },
          }),
    ),
    fc.constant(({ onTable }: Dynamo) =>
      onTable("UpdateTable", { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "open" } }] }),
    ),
    fc.constant(({ onTable }: Dynamo) => {
      const { AttributeDefinitions, GlobalSecondaryIndexes } = withIndex();
      return onTable("UpdateTable", {
        AttributeDefinitions,
        GlobalSecondaryIndexUpdates: GlobalSecondaryIndexes.map((Create) => ({ Create })),
      });
    }),
    fc.boolean().map(
      (Enabled) =>
        ({ onTable }: Dynamo) =>
          onTable("UpdateTimeToLive", {
            TimeToLiveSpecification: { Enabled, AttributeName: "expiresAt" },
          }),
    ),
    name.map(
      (Key) =>
        ({ db }: Dynamo) =>
          db("TagResource", {
            ResourceArn: "arn:aws:dynamodb:us-east-1:123456789012:table/Things",
            Tags: [{ Key, Value: "x" }],
          }),
    ),
  );

  it("has all that changed, and what a fork has, whatever is done", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
        const dynamo = await open();
        const { cloud, makers } = dynamo;
        const reopen = journaled(cloud);
        for (const act of actions) await act(dynamo).catch(() => {});
        const sweeps = keysOf(cloud, "dynamodb.sweeps");
        for (const copy of [
          await reopen(makers),
          await forked(cloud, makers),
          await reopened(cloud, makers),
        ]) {
          expect(keysOf(copy, "dynamodb.sweeps")).toEqual(sweeps);
          expect(await all(copy)).toEqual(await all(cloud));
        }
      }),
      { numRuns: 60 },
    );
  });

  const change = fc.record({ after: fc.nat(400), n: fc.nat(399), isDeleted: fc.boolean() });

  it("reads rows little by little while they change: of what is not told anew, each as it is, once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
        const { cloud, put, onTable } = await open();
        for (let n = 0; n < 300; n++) await put(item(`i${n}`, { n }));
        for (let i = 0; i < 1024 + 64; i++) rowOf({}); // all of them are cold
        const told = new Set<string>();
        cloud.keeper.record((all) => {
          for (const [name, key] of all) if (name === "dynamodb.rows") told.add(key);
        });
        const part = cloud.keeper.parts.get("dynamodb.rows");
        const read: [string, unknown][] = [];
        const entries = part?.entries?.((key) => !told.has(key))[Symbol.iterator]();
        const readOn = (most: number) => {
          for (let i = 0; i < most; i++) {
            const { done, value } = entries?.next() ?? { done: true };
            if (done) return;
            if (value) read.push(value);
          }
        };
        for (const { after, n, isDeleted } of changes) {
          readOn(after);
          if (isDeleted) await onTable("DeleteItem", { Key: item(`i${n}`) });
          else await put(item(`i${n}`, { n: -n }));
          cloud.keeper.flush();
        }
        readOn(Number.POSITIVE_INFINITY);
        const untold = ([key]: [string, unknown]) => !told.has(key);
        const now = [...(part?.keys() ?? [])].map((key): [string, unknown] => [
          key,
          part?.get(key),
        ]);
        const inOrder = (all: [string, unknown][]) =>
          all.filter(untold).sort(([one], [other]) => (one < other ? -1 : 1));
        expect(inOrder(read)).toEqual(inOrder(now));
      }),
      { numRuns: 10 },
    );
  });

  it("loses what a stream has forgotten", async () => {
    const { cloud, clock, put, onTable, streams } = await open();
    for (let hour = 0; hour < 60; hour++) {
      await put(item("a", { hour }));
      await clock.advance(60 * minute);
    }
    expect(keysOf(cloud, "dynamodb.records").length).toBeLessThan(28);
    await onTable("DeleteTable");
    await clock.advance(day + minute);
    expect((await streams("ListStreams")).Streams).toEqual([]);
    expect(keysOf(cloud, "dynamodb.records")).toEqual([]);
  });
});
