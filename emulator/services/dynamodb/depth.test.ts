import { describe, expect, it } from "vitest";
import { startDynamo } from "./testing/start-dynamo.ts";

type Value = { M?: Record<string, Value>; L?: Value[]; S?: string };

/** A text with so many maps, or lists, around it. */
const within = (levels: number, wrap: (value: Value) => Value) => {
  let value: Value = { S: "x" };
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
};
const maps = (levels: number) => within(levels, (value) => ({ M: { m: value } }));
const lists = (levels: number) => within(levels, (value) => ({ L: [value] }));

const arrays = (levels: number) => {
  let value: unknown = [];
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};

const key = { pk: { S: "a" }, sk: { S: "1" } };
const inTable = { TableName: "Things", Key: key };
const using = (value: Value, more: object) => ({
  ExpressionAttributeValues: { ":v": value },
  ...more,
});
const update = { UpdateExpression: "SET a = :v" };
const condition = { ConditionExpression: "a = :v" };
const legacy = (value: Value) => ({
  a: { ComparisonOperator: "NE", AttributeValueList: [value] },
});

/** Everything that takes a value of an item, or something like it. */
const requests: [operation: string, what: string, make: (value: Value) => object][] = [
  ["PutItem", "an item", (a) => ({ Item: { ...key, a } })],
  ["PutItem", "a condition", (a) => ({ Item: key, ...using(a, condition) })],
  ["PutItem", "what is expected", (Value) => ({ Item: key, Expected: { a: { Value } } })],
  ["UpdateItem", "an update", (a) => ({ Key: key, ...using(a, update) })],
  ["UpdateItem", "a legacy one", (Value) => ({ Key: key, AttributeUpdates: { a: { Value } } })],
  ["UpdateItem", "a key", (a) => ({ Key: { ...key, a }, ...update })],
  ["DeleteItem", "a condition", (a) => ({ Key: key, ...using(a, condition) })],
  ["GetItem", "a key", (a) => ({ Key: { ...key, a } })],
  ["Scan", "a filter", (a) => using(a, { FilterExpression: "a = :v" })],
  ["Scan", "a legacy filter", (a) => ({ ScanFilter: legacy(a) })],
  ["Scan", "a start key", (a) => ({ ExclusiveStartKey: { ...key, a } })],
  ["Query", "a key condition", (a) => using(a, { KeyConditionExpression: "pk = :v" })],
  ["Query", "a legacy key condition", (a) => ({ KeyConditions: { pk: legacy(a).a } })],
  ["Query", "a start key", (a) => ({ ExclusiveStartKey: { ...key, a } })],
  ["BatchGetItem", "a key", (a) => ({ RequestItems: { Things: { Keys: [{ ...key, a }] } } })],
  [
    "BatchWriteItem",
    "an item",
    (a) => ({ RequestItems: { Things: [{ PutRequest: { Item: { ...key, a } } }] } }),
  ],
  ...(
    [
      ["a Put", (a) => ({ Put: { TableName: "Things", Item: { ...key, a } } })],
      ["an Update", (a) => ({ Update: { ...inTable, ...using(a, update) } })],
      ["a Delete", (a) => ({ Delete: { ...inTable, ...using(a, condition) } })],
      ["a ConditionCheck", (a) => ({ ConditionCheck: { ...inTable, ...using(a, condition) } })],
    ] satisfies [string, (value: Value) => object][]
  ).map(([what, make]): [string, string, (value: Value) => object] => [
    "TransactWriteItems",
    what,
    (value) => ({ TransactItems: [make(value)] }),
  ]),
  [
    "TransactGetItems",
    "a Get",
    (a) => ({ TransactItems: [{ Get: { TableName: "Things", Key: { ...key, a } } }] }),
  ],
];

describe("what a request holds, nested deeper than AWS takes", () => {
  const tooDeep = {
    code: "ValidationException",
    status: 400,
    message:
      "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
  };

  it.each(requests)("is refused: %s with %s", async (operation, _what, make) => {
    const { onTable } = await startDynamo();
    for (const value of [maps(32), lists(32), maps(30_000), lists(30_000)])
      await expect(onTable(operation, make(value))).rejects.toMatchObject(tooDeep);
  });

  it("is taken up to the 32nd level, the attribute itself being the first", async () => {
    const { put, get } = await startDynamo();
    await put({ ...key, a: maps(31), b: lists(31) });
    expect(await get("a")).toMatchObject({ a: maps(31), b: lists(31) });
  });

  it("is refused where only the updated item is too deep", async () => {
    const { put, update, db, get } = await startDynamo();
    await put({ ...key, a: maps(1) });
    const values = { ":v": maps(31) };
    await expect(
      update("a", "SET a.b = :v", { ExpressionAttributeValues: values }),
    ).rejects.toMatchObject(tooDeep);
    const Update = {
      ...inTable,
      UpdateExpression: "SET a.b = :v",
      ExpressionAttributeValues: values,
    };
    await expect(db("TransactWriteItems", { TransactItems: [{ Update }] })).rejects.toMatchObject({
      code: "TransactionCanceledException",
      fields: { CancellationReasons: [{ Code: "ValidationError", Message: tooDeep.message }] },
    });
    expect(await get("a")).toMatchObject({ a: maps(1) });
  });

  it.each(["GetItem", "CreateTable", "DescribeTable", "ListTables", "BatchGetItem"])(
    "is refused where it is no value at all: %s",
    async (operation) => {
      const { db } = await startDynamo();
      const nested = arrays(30_000);
      const input = {
        TableName: nested,
        RequestItems: nested,
        ExclusiveStartTableName: nested,
        AttributeDefinitions: nested,
      };
      await expect(db(operation, input)).rejects.toMatchObject({
        code: "SerializationException",
        status: 400,
      });
    },
  );

  it("is not looked at where AWS does not know it", async () => {
    const { db, onTable } = await startDynamo();
    const Unknown = arrays(30_000);
    const Put = { TableName: "Things", Item: key };
    await onTable("PutItem", { Item: key, Unknown });
    await db("TransactWriteItems", { TransactItems: [{ Put, Unknown }], ClientRequestToken: "t" });
    await onTable("Scan", { Unknown, KeyConditions: Unknown });
  });
});
