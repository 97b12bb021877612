import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { item, keySchema, startDynamo, withIndex } from "./testing/start-dynamo.ts";

type Item = Record<string, { S?: string; N?: string }>;

const rangeTable = (AttributeType: string) => ({
  KeySchema: keySchema("pk", "sk"),
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType },
  ],
});

const filled = async (sks: string[], type = "S") => {
  const dynamo = await startDynamo({ table: rangeTable(type) });
  for (const sk of sks) {
    await dynamo.put({ pk: { S: "a" }, sk: { [type]: sk } });
    await dynamo.put({ pk: { S: "b" }, sk: { [type]: sk } });
  }
  const query = async (condition: string, values: object = {}, more: object = {}) =>
    dynamo.onTable("Query", {
      KeyConditionExpression: `pk = :p${condition && ` AND ${condition}`}`,
      ExpressionAttributeValues: { ":p": { S: "a" }, ...values },
      ...more,
    });
  const found = async (condition: string, values: object = {}, more: object = {}) =>
    (await query(condition, values, more)).Items.map((one: Item) => one.sk?.[type as "S"]);
  return { ...dynamo, query, found };
};

describe("a query", () => {
  const texts = ["a", "a#1", "a#2", "b", "\u{1f600}", "\uff61"];
  const S = (text: string) => ({ S: text });

  it("finds a partition in the order of its sort keys' bytes, or backwards", async () => {
    const { found } = await filled(texts);
    const inOrder = ["a", "a#1", "a#2", "b", "\uff61", "\u{1f600}"];
    expect(await found("")).toEqual(inOrder);
    expect(await found("", {}, { ScanIndexForward: false })).toEqual(inOrder.toReversed());
  });

  it.each<[string, object, string[]]>([
    ["sk = :x", { ":x": S("a") }, ["a"]],
    ["sk < :x", { ":x": S("a#2") }, ["a", "a#1"]],
    ["sk <= :x", { ":x": S("a#2") }, ["a", "a#1", "a#2"]],
    ["sk > :x", { ":x": S("a#2") }, ["b", "\uff61", "\u{1f600}"]],
    ["sk >= :x", { ":x": S("b") }, ["b", "\uff61", "\u{1f600}"]],
    [":x <= sk", { ":x": S("b") }, ["b", "\uff61", "\u{1f600}"]],
    ["sk BETWEEN :x AND :y", { ":x": S("a"), ":y": S("a#2") }, ["a", "a#1", "a#2"]],
    ["begins_with(sk, :x)", { ":x": S("a#") }, ["a#1", "a#2"]],
  ])("takes %s", async (condition, values, expected) => {
    const { found } = await filled(texts);
    expect(await found(condition, values)).toEqual(expected);
  });

  it("things numbers by value", async () => {
    const numbers = ["-100", "-20.5", "-20", "-1e-9", "0", "0.001", "1", "1.5", "9", "10", "1e20"];
    const { found, query } = await filled(numbers.toReversed(), "N");
    expect((await found("")).map(Number)).toEqual(numbers.map(Number));
    const between = { ":x": { N: "-20" }, ":y": { N: "9.0" } };
    expect((await query("sk BETWEEN :x AND :y", between)).Count).toBe(7);
  });

  it("things any numbers as their values are", async () => {
    const exact = fc.tuple(
      fc.integer({ min: -99_999, max: 99_999 }),
      fc.integer({ min: -8, max: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(exact, { selector: ([m, e]) => m * 10 ** e }),
        async (all) => {
          const numbers = all.map(([mantissa, exponent]) => `${mantissa}e${exponent}`);
          const { found } = await filled(numbers, "N");
          const order = (await found("")).map(Number);
          expect(order).toEqual(order.toSorted((x: number, y: number) => x - y));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("goes on page by page, also when the last item of a page is gone", async () => {
    const { query, onTable } = await filled(["1", "2", "3", "4", "5"]);
    for (const ScanIndexForward of [true, false]) {
      const first = await query("", {}, { Limit: 2, ScanIndexForward });
      expect(first).toMatchObject({ Count: 2, ScannedCount: 2 });
      const key = first.LastEvaluatedKey;
      await onTable("DeleteItem", { Key: key });
      const rest = await query("", {}, { ScanIndexForward, ExclusiveStartKey: key });
      expect(rest.Count).toBe(ScanIndexForward ? 3 : 2);
      expect(rest.LastEvaluatedKey).toBeUndefined();
    }
  });

  it("counts what it looked at, not what the filter let through", async () => {
    const { query, units } = await filled(["1", "2", "3"]);
    units();
    const answer = await query(
      "",
      { ":x": { S: "x" } },
      { FilterExpression: "attribute_exists(nothing) OR another = :x", Limit: 2 },
    );
    expect(answer).toMatchObject({ Items: [], Count: 0, ScannedCount: 2 });
    expect(answer.LastEvaluatedKey).toBeDefined();
    expect(units()).toEqual({ read: 0.5, write: 0 });
  });

  it("ends a page at 1 MB", async () => {
    const { put, onTable } = await startDynamo();
    for (let i = 0; i < 5; i++) await put(item("a", { sk: `${i}`, text: "x".repeat(300 * 1024) }));
    const page = await onTable("Query", {
      KeyConditionExpression: "pk = :p",
      ExpressionAttributeValues: { ":p": { S: "a" } },
      Select: "COUNT",
      ReturnConsumedCapacity: "TOTAL",
    });
    expect(page).toMatchObject({ Count: 4, LastEvaluatedKey: { sk: { S: "3" } } });
    expect(page.Items).toBeUndefined();
    expect(page.ConsumedCapacity.CapacityUnits).toBe(150.5);
  });

  it.each([
    ["another = :x", "Query condition missed key schema element: pk"],
    ["pk > :x", "Query key condition not supported"],
    ["pk = :x AND another = :x", "Query condition missed key schema element: sk"],
    ["pk = :x OR sk = :x", "Invalid operator used in KeyConditionExpression: OR"],
  ])("refuses the key condition %s", async (KeyConditionExpression, message) => {
    const { onTable } = await startDynamo();
    const query = onTable("Query", {
      KeyConditionExpression,
      ExpressionAttributeValues: { ":x": { S: "x" } },
    });
    await expect(query).rejects.toMatchObject({
      code: "ValidationException",
      message: expect.stringContaining(message),
    });
  });
});

describe("an index", () => {
  const open = (gsi1sk: string, more: object = {}) => ({ gsi1pk: "OPEN", gsi1sk, ...more });
  const askIndex = { IndexName: "open", KeyConditionExpression: "gsi1pk = :o" };
  const values = { ExpressionAttributeValues: { ":o": { S: "OPEN" } } };

  it.each<[object, object]>([
    [{ ProjectionType: "KEYS_ONLY" }, {}],
    [{ ProjectionType: "INCLUDE", NonKeyAttributes: ["x"] }, { x: { S: "x" } }],
    [{ ProjectionType: "ALL" }, { x: { S: "x" }, y: { S: "y" } }],
  ])("holds what it projects: %j", async (projection, held) => {
    const { put, onTable } = await startDynamo({ table: withIndex(projection) });
    await put(item("a", open("2", { x: "x", y: "y" })));
    await put(item("b", { x: "not in the index" }));
    const answer = await onTable("Query", { ...askIndex, ...values });
    expect(answer.Items).toEqual([{ ...item("a", open("2")), ...held }]);
  });

  it("follows its items, which leave it with its key", async () => {
    const { put, update, onTable } = await startDynamo({ table: withIndex() });
    for (const pk of ["a", "b", "c"]) await put(item(pk, open(pk)));
    await update("a", "SET gsi1sk = :z", { ExpressionAttributeValues: { ":z": { S: "z" } } });
    await update("b", "REMOVE gsi1pk");
    const { Items } = await onTable("Query", { ...askIndex, ...values });
    expect(Items.map((one: Item) => one.pk?.S)).toEqual(["c", "a"]);
    expect((await onTable("Scan", { IndexName: "open" })).Count).toBe(2);
  });

  it("pages through items of one index key", async () => {
    const { put, onTable } = await startDynamo({ table: withIndex() });
    for (const pk of ["a", "b", "c"]) await put(item(pk, open("same")));
    const seen: string[] = [];
    let ExclusiveStartKey: object | undefined;
    do {
      const page = await onTable("Query", { ...askIndex, ...values, Limit: 1, ExclusiveStartKey });
      seen.push(...page.Items.map((one: Item) => one.pk?.S));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    expect(seen.toSorted()).toEqual(["a", "b", "c"]);
  });

  it("answers only eventually consistent reads when it is global", async () => {
    const { onTable } = await startDynamo({ table: withIndex() });
    await expect(
      onTable("Query", { ...askIndex, ...values, ConsistentRead: true }),
    ).rejects.toMatchObject({
      message: "Consistent reads are not supported on global secondary indexes",
    });
    await expect(
      onTable("Query", { ...askIndex, ...values, Select: "ALL_ATTRIBUTES" }),
    ).rejects.toMatchObject({ code: "ValidationException" });
  });

  it("refuses items whose index key it cannot hold", async () => {
    const { put } = await startDynamo({ table: withIndex() });
    await expect(put(item("a", { gsi1pk: 1 }))).rejects.toMatchObject({
      message:
        "One or more parameter values were invalid: Type mismatch for Index Key gsi1pk Expected: S Actual: N IndexName: open",
    });
  });

  it("that is local fetches from the table what it does not hold", async () => {
    const { put, onTable, units } = await startDynamo({
      table: {
        AttributeDefinitions: ["pk", "sk", "alt"].map((AttributeName) => ({
          AttributeName,
          AttributeType: "S",
        })),
        LocalSecondaryIndexes: [
          {
            IndexName: "byAlt",
            KeySchema: keySchema("pk", "alt"),
            Projection: { ProjectionType: "KEYS_ONLY" },
          },
        ],
      },
    });
    await put(item("a", { sk: "1", alt: "2", x: "x" }));
    await put(item("a", { sk: "2", alt: "1", x: "x" }));
    units();
    const ask = (more: object) =>
      onTable("Query", {
        IndexName: "byAlt",
        KeyConditionExpression: "pk = :p",
        ExpressionAttributeValues: { ":p": { S: "a" } },
        ConsistentRead: true,
        ...more,
      });
    const lean = await ask({});
    expect(lean.Items[0]).toEqual(item("a", { sk: "2", alt: "1" }));
    expect(units().read).toBe(1);
    const full = await ask({ Select: "ALL_ATTRIBUTES" });
    expect(full.Items[0]).toEqual(item("a", { sk: "2", alt: "1", x: "x" }));
    expect(units().read).toBe(3);
  });

  it("that comes later is filled from the table", async () => {
    const { put, onTable } = await startDynamo();
    await put(item("a", open("1")));
    const { AttributeDefinitions, GlobalSecondaryIndexes } = withIndex();
    await onTable("UpdateTable", {
      AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [{ Create: GlobalSecondaryIndexes[0] }],
    });
    expect((await onTable("Query", { ...askIndex, ...values })).Count).toBe(1);
    await onTable("UpdateTable", {
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "open" } }],
    });
    await expect(onTable("Query", { ...askIndex, ...values })).rejects.toMatchObject({
      message: "The table does not have the specified index: open",
    });
  });
});

describe("a scan", () => {
  it("sees every item once, in pages and segments of any number", async () => {
    const { put, onTable } = await startDynamo();
    const all = Array.from({ length: 60 }, (_, i) => `item-${i}`);
    for (const pk of all) await put(item(pk));
    for (const TotalSegments of [1, 3, 7]) {
      const seen: string[] = [];
      for (let Segment = 0; Segment < TotalSegments; Segment++) {
        let ExclusiveStartKey: object | undefined;
        do {
          const page = await onTable("Scan", {
            Segment,
            TotalSegments,
            Limit: 7,
            ExclusiveStartKey,
          });
          seen.push(...page.Items.map((one: Item) => one.pk?.S));
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey);
      }
      expect(seen.toSorted()).toEqual(all.toSorted());
    }
  });

  it("may filter by key attributes", async () => {
    const { put, onTable } = await startDynamo();
    for (const pk of ["a", "b"]) await put(item(pk));
    const answer = await onTable("Scan", {
      FilterExpression: "pk = :a",
      ExpressionAttributeValues: { ":a": { S: "a" } },
    });
    expect(answer).toMatchObject({ Items: [item("a")], Count: 1, ScannedCount: 2 });
  });
});

describe("a batch", () => {
  it("reads up to 100 items and leaves out what is absent", async () => {
    const { put, db } = await startDynamo();
    await put(item("a"));
    const Keys = ["a", "absent"].map((pk) => item(pk));
    expect(await db("BatchGetItem", { RequestItems: { Things: { Keys } } })).toEqual({
      Responses: { Things: [item("a")] },
      UnprocessedKeys: {},
    });
    await expect(
      db("BatchGetItem", { RequestItems: { Things: { Keys: [item("a"), item("a")] } } }),
    ).rejects.toMatchObject({ message: "Provided list of item keys contains duplicates" });
  });

  it("puts and deletes up to 25 items", async () => {
    const { put, db, get } = await startDynamo();
    await put(item("old"));
    await db("BatchWriteItem", {
      RequestItems: {
        Things: [{ PutRequest: { Item: item("new") } }, { DeleteRequest: { Key: item("old") } }],
      },
    });
    expect([await get("new"), await get("old")]).toEqual([item("new"), undefined]);
    const many = Array.from({ length: 26 }, (_, i) => ({ PutRequest: { Item: item(`${i}`) } }));
    await expect(db("BatchWriteItem", { RequestItems: { Things: many } })).rejects.toMatchObject({
      code: "ValidationException",
    });
  });
});
