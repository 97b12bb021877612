import { describe, expect, it } from "vitest";
import { startDynamo } from "./testing/start-dynamo.ts";

const key = { pk: { S: "a" }, sk: { S: "1" } };
const streamed = { StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" } };

const start = async () => {
  const dynamo = await startDynamo({ table: streamed });
  const [stream] = (await dynamo.streams("ListStreams")).Streams;
  const read = await dynamo.streams("GetShardIterator", {
    StreamArn: stream.StreamArn,
    ShardId: "shardId-00000000000000000000-00000001",
    ShardIteratorType: "TRIM_HORIZON",
  });
  return {
    ...dynamo,
    transact: (Update: object) =>
      dynamo.db("TransactWriteItems", {
        TransactItems: [{ Update: { TableName: "Things", Key: key, ...Update } }],
      }),
    records: async () => (await dynamo.streams("GetRecords", read)).Records,
  };
};

const removals: [what: string, request: object][] = [
  ["REMOVE", { UpdateExpression: "REMOVE a, b" }],
  [
    "DELETE from a set",
    {
      UpdateExpression: "REMOVE a DELETE tags :tags",
      ExpressionAttributeValues: { ":tags": { SS: ["x"] } },
    },
  ],
];
const legacy: [what: string, request: object][] = [
  ["a legacy DELETE", { AttributeUpdates: { a: { Action: "DELETE" } } }],
  [
    "a legacy DELETE from a set",
    { AttributeUpdates: { tags: { Action: "DELETE", Value: { SS: ["x"] } } } },
  ],
];

describe("an update that only removes, of an item that is not there", () => {
  it.each([...removals, ...legacy])("makes none, by %s", async (_what, request) => {
    const { onTable, records, get } = await start();
    await onTable("UpdateItem", { Key: key, ...request });
    expect(await get("a")).toBeUndefined();
    expect(await records()).toEqual([]);
  });

  it.each(removals)("makes none in a transaction, by %s", async (_what, request) => {
    const { transact, records, get } = await start();
    await transact(request);
    expect(await get("a")).toBeUndefined();
    expect(await records()).toEqual([]);
  });

  it.each([
    ["no expression", {}],
    ["no AttributeUpdates", { AttributeUpdates: {} }],
    [
      "an ADD beside it",
      { UpdateExpression: "REMOVE a ADD n :n", ExpressionAttributeValues: { ":n": { N: "1" } } },
    ],
  ])("is another thing than one with %s, which makes one", async (_what, request) => {
    const { onTable, records, get } = await start();
    await onTable("UpdateItem", { Key: key, ...request });
    expect(await get("a")).toMatchObject(key);
    expect(await records()).toMatchObject([{ eventName: "INSERT" }]);
  });

  it("is no record either when the item is there and has nothing of it", async () => {
    const { onTable, put, records } = await start();
    await put(key);
    await onTable("UpdateItem", { Key: key, UpdateExpression: "REMOVE a" });
    expect(await records()).toHaveLength(1);
  });
});

describe("a list", () => {
  it("is added to at its end, however far behind it the place is", async () => {
    const { put, update, get } = await startDynamo();
    await put({ ...key, l: { L: [{ S: "a" }] } });
    const values = { ":b": { S: "b" }, ":c": { S: "c" }, ":d": { S: "d" } };
    await update("a", "SET l[2147483647] = :d, l[7] = :c, l[5] = :b", {
      ExpressionAttributeValues: values,
    });
    expect((await get("a")).l.L).toEqual(["a", "b", "c", "d"].map((S) => ({ S })));
  });

  it("may have as many members as an item has room for", async () => {
    const { put, update, get } = await startDynamo();
    await put({ ...key, l: { L: Array.from({ length: 200_000 }, () => ({ S: "" })) } });
    await update("a", "REMOVE l[0]");
    expect((await get("a")).l.L).toHaveLength(199_999);
  });
});
