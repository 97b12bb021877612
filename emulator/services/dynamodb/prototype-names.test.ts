import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forked, journaled, reopened } from "../../kernel/testing/fork.ts";
import { dynamoOf, startDynamo, withIndex } from "./testing/start-dynamo.ts";

const inherited = ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty"];

/** As JSON.parse has it: a member called `__proto__` is one like others. */
const named = <T>(name: string, value: T): Record<string, T> => ({ [name]: value });
const text = (value: unknown) => JSON.stringify(value);
const pk = { pk: { S: "a" }, sk: { S: "1" } };
const v = { S: "v" };
const other = { m: { M: { x: { N: "1" } } }, other: { S: "z" } };

/** Ways to set the attribute of that name to `v`, and what is then beside the key. */
const writes: [how: string, operation: string, input: (name: string) => object, nested?: true][] = [
  ["a put", "PutItem", (name) => ({ Item: { ...pk, ...other, ...named(name, v) } })],
  [
    "a put of a map",
    "PutItem",
    (name) => ({ Item: { ...pk, ...other, m: { M: { ...other.m.M, ...named(name, v) } } } }),
    true,
  ],
  ["an update", "UpdateItem", (name) => setting("#p", name)],
  ["an update of a map", "UpdateItem", (name) => setting("m.#p", name), true],
  [
    "a legacy update",
    "UpdateItem",
    (name) => ({ Key: pk, AttributeUpdates: named(name, { Action: "PUT", Value: v }) }),
  ],
  [
    "a transaction",
    "TransactWriteItems",
    (name) => ({ TransactItems: [{ Update: { TableName: "Things", ...setting("#p", name) } }] }),
  ],
  [
    "a batch",
    "BatchWriteItem",
    (name) => ({
      RequestItems: {
        Things: [{ PutRequest: { Item: { ...pk, ...other, ...named(name, v) } } }],
      },
    }),
  ],
];
const setting = (path: string, name: string) => ({
  Key: pk,
  UpdateExpression: `SET ${path} = :v`,
  ExpressionAttributeNames: { "#p": name },
  ExpressionAttributeValues: { ":v": v },
});

const cases = inherited.flatMap((name) =>
  writes.map(([how, operation, input, nested]) => ({ name, how, operation, input, nested })),
);

describe("a name that every object of JavaScript has", () => {
  it.each(cases)(
    "$name is an attribute's name to $how",
    async ({ name, operation, input, nested }) => {
      const { db, onTable, put, get, streams } = await startDynamo({
        table: { StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" } },
      });
      await put({ ...pk, ...other });
      await (operation.endsWith("Item") ? onTable : db)(operation, input(name));
      const wanted = nested
        ? { ...pk, ...other, m: { M: { ...other.m.M, ...named(name, v) } } }
        : { ...pk, ...other, ...named(name, v) };
      expect(text(await get("a"))).toBe(text(wanted));

      const path = nested ? "m.#p" : "#p";
      const names = { ExpressionAttributeNames: { "#p": name } };
      const projected = nested ? { m: { M: named(name, v) } } : named(name, v);
      expect(text(await get("a", "1", { ProjectionExpression: path, ...names }))).toBe(
        text(projected),
      );
      const found = await onTable("Scan", {
        FilterExpression: `${path} = :v`,
        ...names,
        ExpressionAttributeValues: { ":v": v },
      });
      expect(found.Count).toBe(1);
      const [stream] = (await streams("ListStreams")).Streams as { StreamArn: string }[];
      const { ShardIterator } = await streams("GetShardIterator", {
        ...stream,
        ShardId: (
          (await streams("DescribeStream", stream)).StreamDescription as {
            Shards: { ShardId: string }[];
          }
        ).Shards[0]?.ShardId,
        ShardIteratorType: "TRIM_HORIZON",
      });
      const { Records } = await streams("GetRecords", { ShardIterator });
      expect(
        text((Records as { dynamodb: { NewImage: object } }[]).at(-1)?.dynamodb.NewImage),
      ).toBe(text(wanted));

      await onTable("UpdateItem", { Key: pk, UpdateExpression: `REMOVE ${path}`, ...names });
      expect(text(await get("a"))).toBe(text({ ...pk, ...other }));
    },
  );

  it.each(inherited)("%s may be that of a key, of a table and of an index", async (name) => {
    const { db } = await startDynamo();
    const key = [{ AttributeName: name, KeyType: "HASH" }];
    // A table's name has no fewer than three characters, all of these.
    const tables = { TableName: name };
    await db("CreateTable", {
      ...tables,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [...key, { AttributeName: "sk", KeyType: "RANGE" }],
      AttributeDefinitions: [name, "sk", "at"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      LocalSecondaryIndexes: [
        {
          IndexName: name,
          KeySchema: [...key, { AttributeName: "at", KeyType: "RANGE" }],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    });
    const Item = { ...named(name, v), sk: v, at: v, more: v };
    const put = await db("PutItem", {
      ...tables,
      Item,
      ReturnConsumedCapacity: "INDEXES",
      ReturnItemCollectionMetrics: "SIZE",
    });
    expect(text(put.ConsumedCapacity)).toContain(
      `"LocalSecondaryIndexes":{"${name}":{"CapacityUnits":1}}`,
    );
    expect(text(put.ItemCollectionMetrics)).toContain(text(named(name, v)));
    const batch = await db("BatchWriteItem", {
      RequestItems: named(name, [{ PutRequest: { Item } }]),
      ReturnItemCollectionMetrics: "SIZE",
    });
    expect(text(batch.ItemCollectionMetrics)).toContain(`{"${name}":[`);
    const { Items } = await db("Query", {
      ...tables,
      IndexName: name,
      KeyConditionExpression: "#k = :v",
      ExpressionAttributeNames: { "#k": name },
      ExpressionAttributeValues: { ":v": v },
    });
    expect(text(Items)).toBe(text([{ ...named(name, v), at: v, sk: v }]));
  });

  it.each(inherited)("%s is still there when the state is forked or opened again", async (name) => {
    const { cloud, makers, put } = await startDynamo();
    const reopen = journaled(cloud);
    const Item = { ...pk, ...named(name, { M: named(name, v) }) };
    await put(Item);
    for (const copy of [
      await reopen(makers),
      await forked(cloud, makers),
      await reopened(cloud, makers),
    ])
      expect(text(await dynamoOf(copy).get("a"))).toBe(text(Item));
  });

  it.each(inherited)("%s is no type of a value", async (name) => {
    const { put, onTable } = await startDynamo();
    const empty = { code: "ValidationException", message: expect.stringContaining("is empty") };
    for (const value of [1, { S: "x" }, ["x"]]) {
      const typed = named(name, value);
      await expect(put({ ...pk, a: typed })).rejects.toMatchObject(empty);
      await expect(put({ ...pk, a: { L: [typed] } })).rejects.toMatchObject(empty);
      await expect(onTable("GetItem", { Key: { ...pk, pk: typed } })).rejects.toMatchObject(empty);
      await expect(
        onTable("UpdateItem", {
          ...setting("a", name),
          ExpressionAttributeValues: { ":v": typed },
        }),
      ).rejects.toMatchObject({ code: "ValidationException" });
    }
  });
});

const names = { "#p": "a", "#q": "x" };
const requests: [operation: string, input: object][] = [
  ...writes.map(([, operation, input]) => [operation, input("a")] as [string, object]),
  ["UpdateItem", { ...setting("m.#q.#p", "a"), ExpressionAttributeNames: names }],
  ["UpdateItem", { Key: pk, AttributeUpdates: { a: { Action: "ADD", Value: { N: "1" } } } }],
  ["PutItem", { Item: pk, Expected: { other: { ComparisonOperator: "NE", Value: v } } }],
  ["DeleteItem", { Key: pk, Expected: { a: { Exists: false } } }],
  ["GetItem", { Key: pk, AttributesToGet: ["a", "other"], ReturnConsumedCapacity: "TOTAL" }],
  ["GetItem", { Key: pk, ProjectionExpression: "#p.#q", ExpressionAttributeNames: names }],
  [
    "Query",
    {
      IndexName: "open",
      KeyConditions: { gsi1pk: { ComparisonOperator: "EQ", AttributeValueList: [v] } },
      QueryFilter: { a: { ComparisonOperator: "CONTAINS", AttributeValueList: [v] } },
      ExclusiveStartKey: { ...pk, gsi1pk: v, gsi1sk: v },
    },
  ],
  [
    "Query",
    {
      KeyConditionExpression: "#k = :k",
      FilterExpression: "attribute_type(a, :t) OR size(b) > :n",
      ExpressionAttributeNames: { "#k": "pk" },
      ExpressionAttributeValues: { ":k": { S: "a" }, ":t": { S: "M" }, ":n": { N: "1" } },
      Select: "ALL_ATTRIBUTES",
    },
  ],
  ["BatchGetItem", { RequestItems: { Things: { Keys: [pk], AttributesToGet: ["a"] } } }],
  ["TransactGetItems", { TransactItems: [{ Get: { TableName: "Things", Key: pk } }] }],
  ["UpdateTimeToLive", { TimeToLiveSpecification: { Enabled: true, AttributeName: "ttl" } }],
];

/** The JSON with the keys and texts of those places called otherwise. */
const renamed = (input: object, places: Map<number, string>) => {
  let place = 0;
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value === "string") return places.get(place++) ?? value;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [places.get(place++) ?? key, visit(inner)]),
    );
  };
  return { input: visit(input) as object, places: () => place };
};

const types = new Set(["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"]);
const wellFormed = (value: object): boolean => {
  const [[type, inner] = ["", undefined], ...others] = Object.entries(value);
  if (others.length > 0 || !types.has(type)) return false;
  if (type === "L" || type === "M") return Object.values(inner as object).every(wellFormed);
  return typeof inner === "string" || typeof inner === "boolean" || Array.isArray(inner);
};

describe("such names at any places of requests", () => {
  it("are refused or do what others do: nothing breaks, and nothing else changes", async () => {
    const called = fc.constantFrom(...inherited, "__defineSetter__");
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...requests),
        fc.array(fc.tuple(fc.nat(), called), { minLength: 1, maxLength: 3 }),
        async ([operation, plain], chosen) => {
          const { db, onTable, put, get } = await startDynamo({ table: withIndex() });
          const bystander = { pk: { S: "b" }, sk: { S: "1" }, ...other };
          await put(bystander);
          await put({ ...pk, ...other, gsi1pk: v, gsi1sk: v });
          const table = /Batch|Transact/.test(operation) ? {} : { TableName: "Things" };
          const count = renamed({ ...plain }, new Map()).places();
          const places = new Map(chosen.map(([place, name]) => [place % count, name]));
          const { input } = renamed(plain, places);
          await db(operation, { ...table, ...input }).catch((error) => {
            expect([400, 501]).toContain(error.status);
          });
          expect(text(await get("b"))).toBe(text(bystander));
          const { Items } = await onTable("Scan");
          for (const item of Items as object[])
            expect(Object.values(item).every(wellFormed), text(item)).toBe(true);
          if (operation === "UpdateItem")
            expect(((await get("a")) as typeof other).other).toEqual(other.other);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
