import { describe, expect, it } from "vitest";
import { item, startDynamo } from "./testing/start-dynamo.ts";

const key = { pk: { S: "a" }, sk: { S: "1" } };
const S = (text: string) => ({ S: text });
const N = (number: number) => ({ N: String(number) });
const compare = (ComparisonOperator: string, ...AttributeValueList: object[]) => ({
  ComparisonOperator,
  ...(AttributeValueList.length > 0 && { AttributeValueList }),
});
const EQ = (value: object) => compare("EQ", value);

const refusal = (message: string) => ({ code: "ValidationException", status: 400, message });
const wrong = (message: string) => refusal(`One or more parameter values were invalid: ${message}`);

const start = async (attributes: Record<string, string | number | object> = {}) => {
  const dynamo = await startDynamo();
  await dynamo.put(item("a", attributes));
  return dynamo;
};

describe("Expected", () => {
  const attributes = {
    name: "lamp",
    stock: 7,
    sold: { BOOL: false },
    tags: { SS: ["red", "blue"] },
    sizes: { L: [N(1)] },
  };

  it.each<[object, boolean]>([
    [{ name: { Value: S("lamp") } }, true],
    [{ name: { Value: S("lamp"), Exists: true } }, true],
    [{ name: { Value: S("desk"), Exists: true } }, false],
    [{ name: { Exists: false } }, false],
    [{ none: { Exists: false } }, true],
    [{ stock: EQ({ N: "7.0" }) }, true],
    [{ stock: { ComparisonOperator: "GT", Value: N(7) } }, false],
    [{ stock: compare("GE", N(7)) }, true],
    [{ stock: compare("LT", N(8)) }, true],
    [{ stock: compare("LE", N(6)) }, false],
    [{ stock: compare("BETWEEN", N(5), N(9)) }, true],
    [{ stock: compare("IN", N(1), N(7)) }, true],
    [{ sold: EQ({ BOOL: false }) }, true],
    [{ name: compare("NE", S("desk")) }, true],
    [{ none: compare("NE", S("desk")) }, true],
    [{ name: compare("BEGINS_WITH", S("la")) }, true],
    [{ name: compare("CONTAINS", S("am")) }, true],
    [{ tags: compare("CONTAINS", S("red")) }, true],
    [{ tags: compare("NOT_CONTAINS", S("red")) }, false],
    [{ sizes: compare("CONTAINS", N(1)) }, true],
    [{ none: compare("NULL") }, true],
    [{ name: compare("NOT_NULL") }, true],
    [{ name: EQ(S("lamp")), stock: EQ(N(8)) }, false],
    [{}, true],
  ])("of %j is fulfilled: %s", async (Expected, fulfilled) => {
    const { onTable } = await start(attributes);
    const outcome = await onTable("DeleteItem", { Key: key, Expected }).catch(({ code }) => code);
    expect(outcome).toEqual(fulfilled ? {} : "ConditionalCheckFailedException");
  });

  it("is joined by AND, or by the ConditionalOperator", async () => {
    const { put } = await start(attributes);
    const Expected = { name: EQ(S("desk")), stock: EQ(N(7)) };
    await expect(put(item("a"), { Expected })).rejects.toMatchObject({
      code: "ConditionalCheckFailedException",
    });
    await expect(put(item("a"), { Expected, ConditionalOperator: "OR" })).resolves.toEqual({});
  });

  it.each<[object, object]>([
    [
      { a: { Value: S("x"), ...EQ(S("x")) } },
      wrong("Value and AttributeValueList cannot be used together for Attribute: a"),
    ],
    [
      { a: { Exists: true, ...EQ(S("x")) } },
      wrong("Exists and ComparisonOperator cannot be used together for Attribute: a"),
    ],
    [
      { a: compare("EQ") },
      wrong(
        "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a",
      ),
    ],
    [
      { a: { AttributeValueList: [S("x")] } },
      wrong("AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
    ],
    [
      { a: { Exists: false, Value: S("x") } },
      wrong("Value cannot be used when Exists is false for Attribute: a"),
    ],
    [{ a: {} }, wrong("Value must be provided when Exists is null for Attribute: a")],
    [
      { a: compare("NULL", S("x")) },
      wrong("Invalid number of argument(s) for the NULL ComparisonOperator"),
    ],
    [
      { a: compare("IN", S("x"), N(1)) },
      wrong("AttributeValues inside AttributeValueList must be of same type"),
    ],
    [
      { a: compare("LT", { SS: ["x"] }) },
      wrong("ComparisonOperator LT is not valid for SS AttributeValue type"),
    ],
    [
      { a: compare("BETWEEN", N(10), N(9)) },
      refusal(
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
      ),
    ],
  ])("of %j is refused", async (Expected, error) => {
    const { put } = await start();
    await expect(put(item("a"), { Expected })).rejects.toMatchObject(error);
  });

  it("of an action in a transaction is no parameter at all", async () => {
    const { db, get } = await start({ stock: 1 });
    const Put = { TableName: "Things", Item: item("a"), Expected: { pk: { Exists: false } } };
    await db("TransactWriteItems", { TransactItems: [{ Put }] });
    expect(await get("a")).toEqual(item("a"));
  });
});

describe("AttributeUpdates", () => {
  it("put, add to and delete attributes", async () => {
    const { onTable, get } = await start({
      name: "lamp",
      stock: 7,
      tags: { SS: ["red", "blue"] },
      sizes: { L: [N(1)] },
      note: "old",
    });
    const { Attributes } = await onTable("UpdateItem", {
      Key: key,
      ReturnValues: "UPDATED_NEW",
      AttributeUpdates: {
        name: { Value: S("desk") },
        stock: { Action: "ADD", Value: N(-2) },
        sold: { Action: "ADD", Value: N(1) },
        tags: { Action: "DELETE", Value: { SS: ["red", "green"] } },
        sizes: { Action: "ADD", Value: { L: [N(1), N(2)] } },
        note: { Action: "DELETE" },
      },
    });
    expect(Attributes).toEqual({
      name: S("desk"),
      stock: N(5),
      sold: N(1),
      tags: { SS: ["blue"] },
      sizes: { L: [N(1), N(1), N(2)] },
    });
    expect(await get("a")).toEqual({ ...key, ...Attributes });
  });

  it.each<[object, object]>([
    [
      { pk: { Value: S("b") } },
      wrong("Cannot update attribute pk. This attribute is part of the key"),
    ],
    [{ name: { Action: "ADD", Value: N(1) } }, refusal("Type mismatch for attribute to update")],
    [
      { name: { Action: "ADD" } },
      wrong("Only DELETE action is allowed when no attribute value is specified"),
    ],
    [
      { name: { Action: "ADD", Value: S("x") } },
      wrong("ADD action is not supported for the type S"),
    ],
    [
      { name: { Action: "DELETE", Value: S("x") } },
      wrong("DELETE action with value is not supported for the type S"),
    ],
    [
      { name: { Action: "SET", Value: S("x") } },
      refusal(
        "1 validation error detected: Value 'SET' at 'attributeUpdates.name.member.action' failed to satisfy constraint: Member must satisfy enum value set: [ADD, DELETE, PUT]",
      ),
    ],
  ])("of %j are refused", async (AttributeUpdates, error) => {
    const { onTable } = await start({ name: "lamp" });
    await expect(onTable("UpdateItem", { Key: key, AttributeUpdates })).rejects.toMatchObject(
      error,
    );
  });
});

describe("KeyConditions and filters", () => {
  const filled = async () => {
    const dynamo = await startDynamo();
    for (let i = 1; i <= 5; i++)
      await dynamo.put({
        ...item("a", { height: i, ...(i > 3 && { big: "yes" }) }),
        sk: S(`#${i}`),
      });
    const found = async (operation: string, more: object) => {
      const { Items } = await dynamo.onTable(operation, more);
      return Items.map((one: { sk: { S: string } }) => one.sk.S).sort();
    };
    return { ...dynamo, found };
  };
  const pk = EQ(S("a"));

  it("find a partition, or a part of it", async () => {
    const { found } = await filled();
    const query = (sk: object) => found("Query", { KeyConditions: { pk, sk } });
    expect(await found("Query", { KeyConditions: { pk } })).toHaveLength(5);
    expect(await query(EQ(S("#2")))).toEqual(["#2"]);
    expect(await query(compare("GT", S("#3")))).toEqual(["#4", "#5"]);
    expect(await query(compare("LE", S("#2")))).toEqual(["#1", "#2"]);
    expect(await query(compare("BETWEEN", S("#2"), S("#3")))).toEqual(["#2", "#3"]);
    expect(await query(compare("BEGINS_WITH", S("#")))).toHaveLength(5);
  });

  it("leave out what they are told to", async () => {
    const { found } = await filled();
    const some = { height: compare("LT", N(3)), big: compare("NOT_NULL") };
    const both = { height: compare("GT", N(3)), big: EQ(S("yes")) };
    expect(await found("Query", { KeyConditions: { pk }, QueryFilter: both })).toEqual([
      "#4",
      "#5",
    ]);
    expect(await found("Scan", { ScanFilter: some })).toEqual([]);
    expect(await found("Scan", { ScanFilter: some, ConditionalOperator: "OR" })).toEqual([
      "#1",
      "#2",
      "#4",
      "#5",
    ]);
  });

  it("stand beside other expressions than their own", async () => {
    const { found } = await filled();
    expect(
      await found("Query", {
        KeyConditions: { pk },
        FilterExpression: "height > :s",
        ExpressionAttributeValues: { ":s": N(4) },
        ProjectionExpression: "sk",
      }),
    ).toEqual(["#5"]);
  });

  it.each<[object, object]>([
    [{}, refusal("Conditions can be of length 1 or 2 only")],
    [{ sk: EQ(S("x")) }, refusal("Query condition missed key schema element: pk")],
    [{ pk: compare("GT", S("a")) }, refusal("Query key condition not supported")],
    [
      { pk, sk: compare("CONTAINS", S("x")) },
      refusal("Attempted conditional constraint is not an indexable operation"),
    ],
    [{ pk, sk: EQ(N(1)) }, wrong("Condition parameter type does not match schema type")],
    [{ pk, height: EQ(N(1)) }, refusal("Query condition missed key schema element: sk")],
  ])("%j is no way to find anything", async (KeyConditions, error) => {
    const { onTable } = await filled();
    await expect(onTable("Query", { KeyConditions })).rejects.toMatchObject(error);
  });

  it("do not filter by the key of a query", async () => {
    const { onTable } = await filled();
    await expect(
      onTable("Query", { KeyConditions: { pk }, QueryFilter: { sk: EQ(S("x")) } }),
    ).rejects.toMatchObject(
      refusal("QueryFilter can only contain non-primary key attributes: Primary key attribute: sk"),
    );
  });
});

describe("AttributesToGet", () => {
  it("shows these attributes and no others, wherever items are read", async () => {
    const { db, onTable } = await start({ name: "lamp", "a.b": "dot", stock: 7 });
    const AttributesToGet = ["name", "a.b", "none"];
    const shown = { name: S("lamp"), "a.b": S("dot") };
    expect(await onTable("GetItem", { Key: key, AttributesToGet })).toEqual({ Item: shown });
    expect(await onTable("Scan", { AttributesToGet })).toMatchObject({ Items: [shown] });
    expect(
      await onTable("Query", { KeyConditions: { pk: EQ(S("a")) }, AttributesToGet }),
    ).toMatchObject({ Items: [shown] });
    expect(
      await db("BatchGetItem", { RequestItems: { Things: { Keys: [key], AttributesToGet } } }),
    ).toMatchObject({ Responses: { Things: [shown] } });
  });

  it("names nothing twice, and goes with no other choice", async () => {
    const { onTable } = await start();
    await expect(
      onTable("GetItem", { Key: key, AttributesToGet: ["x", "x"] }),
    ).rejects.toMatchObject(wrong("Duplicate value in attribute name: x"));
    await expect(
      onTable("Scan", { AttributesToGet: ["x"], Select: "COUNT" }),
    ).rejects.toMatchObject(
      refusal("Cannot specify the AttributesToGet when choosing to get only the Count"),
    );
  });
});

describe("a request refuses", () => {
  const mixed = (legacy: string, expressions: string) =>
    refusal(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${legacy}} Expression parameters: {${expressions}}`,
    );
  const alone = refusal("ConditionalOperator cannot be used without Filter or Expected");
  const one = refusal(
    "ConditionalOperator can only be used when Filter or Expected has two or more elements",
  );

  it.each<[string, object, object]>([
    [
      "PutItem",
      { Item: key, Expected: { pk: { Exists: false } }, ConditionExpression: "pk = sk" },
      mixed("Expected", "ConditionExpression"),
    ],
    [
      "UpdateItem",
      {
        Key: key,
        AttributeUpdates: {},
        Expected: {},
        ConditionalOperator: "AND",
        UpdateExpression: "REMOVE x",
        ConditionExpression: "pk = sk",
      },
      mixed(
        "AttributeUpdates, Expected, ConditionalOperator",
        "UpdateExpression, ConditionExpression",
      ),
    ],
    [
      "Query",
      {
        KeyConditions: {},
        QueryFilter: {},
        ProjectionExpression: "x",
        KeyConditionExpression: "pk = sk",
      },
      mixed("QueryFilter, KeyConditions", "ProjectionExpression, KeyConditionExpression"),
    ],
    [
      "GetItem",
      { Key: key, AttributesToGet: ["x"], ProjectionExpression: "x" },
      mixed("AttributesToGet", "ProjectionExpression"),
    ],
    ["Scan", { ConditionalOperator: "OR" }, alone],
    ["Scan", { ConditionalOperator: "OR", ScanFilter: {} }, alone],
    ["Query", { ConditionalOperator: "OR", KeyConditions: { pk: EQ(S("a")) } }, alone],
    ["PutItem", { Item: key, ConditionalOperator: "OR", Expected: { x: EQ(S("a")) } }, one],
  ])("in %s: %j", async (operation, request, error) => {
    const { onTable } = await start();
    await expect(onTable(operation, request)).rejects.toMatchObject(error);
  });
});

describe("legacy conditions", () => {
  it("may be as many as a request has room for", async () => {
    const { put, onTable } = await start({ last: "x" });
    const Expected = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, i) => [`a${i}`, { Exists: false }]),
    );
    await put(item("a", { last: "y" }), { Expected: { ...Expected, last: { Value: S("x") } } });
    await expect(
      put(item("a"), { Expected: { ...Expected, last: { Value: S("x") } } }),
    ).rejects.toMatchObject({ code: "ConditionalCheckFailedException" });
    await onTable("DeleteItem", {
      Key: key,
      Expected: { last: { Value: S("y") }, ...Expected, pk: { Exists: false } },
      ConditionalOperator: "OR",
    });
  });

  it("name no attribute twice", async () => {
    const { onTable } = await start();
    await expect(
      onTable("GetItem", { Key: key, AttributesToGet: ["a", "b", "b", "a"] }),
    ).rejects.toMatchObject(wrong("Duplicate value in attribute name: b"));
  });
});
