import { describe, expect, it } from "vitest";
import { item, startDynamo } from "./testing/start-dynamo.ts";

const refused = { code: "ConditionalCheckFailedException" };

describe("a condition expression", () => {
  const stored = item("a", {
    n: 5,
    s: "hello",
    tags: { SS: ["x", "y"] },
    things: { L: [{ S: "one" }, { N: "2" }] },
    doc: { M: { level1: { N: "1" } } },
    flag: { BOOL: true },
    nothing: { NULL: true },
    bin: { B: "AQID" },
  });

  it.each([
    ["attribute_exists(pk)", true],
    ["attribute_not_exists(pk)", false],
    ["attribute_exists(doc.level1)", true],
    ["attribute_not_exists(doc.nope)", true],
    ["n = :five", true],
    ["n <> :five", false],
    ["absent <> :five", true],
    ["absent = :five", false],
    ["n < :ten AND n <= :five AND n > :minus AND n >= :five", true],
    ["s > :five", false],
    ["n BETWEEN :minus AND :ten", true],
    ["n IN (:minus, :five)", true],
    ["begins_with(s, :he)", true],
    ["contains(s, :he)", true],
    ["contains(tags, :x)", true],
    ["contains(things, :two)", true],
    ["NOT contains(tags, :he)", true],
    ["size(s) = :five", true],
    ["size(tags) = :two", true],
    ["size(bin) < :five", true],
    ["size(n) > :minus", false],
    ["attribute_type(doc, :m)", true],
    ["doc.level1 < things[1]", true],
    ["(n = :ten OR n = :five) AND NOT (s = :x)", true],
    ["tags = :set", true],
    ["doc = :map", true],
    ["nothing = :null AND flag = :true", true],
  ])("%s is %s", async (ConditionExpression, holds) => {
    const { put, onTable } = await startDynamo();
    await put(stored);
    const all: Record<string, object> = {
      ":five": { N: "5.0" },
      ":ten": { N: "10" },
      ":minus": { N: "-1" },
      ":two": { N: "2" },
      ":he": { S: "he" },
      ":x": { S: "x" },
      ":m": { S: "M" },
      ":set": { SS: ["y", "x"] },
      ":map": { M: { level1: { N: "1.00" } } },
      ":null": { NULL: true },
      ":true": { BOOL: true },
    };
    const used = new Set(ConditionExpression.match(/:\w+/g));
    const values = Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
    const write = onTable("DeleteItem", {
      Key: { pk: { S: "a" }, sk: { S: "1" } },
      ConditionExpression,
      ...(used.size > 0 && { ExpressionAttributeValues: values }),
    });
    if (holds) await write;
    else await expect(write).rejects.toMatchObject(refused);
  });

  it("shows the item that refused it, when asked", async () => {
    const { put } = await startDynamo();
    await put(item("a", { n: 1 }));
    const again = { ConditionExpression: "attribute_not_exists(pk)" };
    await expect(put(item("a"), again)).rejects.toMatchObject({ ...refused, fields: {} });
    await expect(
      put(item("a"), { ...again, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
    ).rejects.toMatchObject({ ...refused, fields: { Item: item("a", { n: 1 }) } });
  });

  it("asks for the values of each request, not of the one that was parsed first", async () => {
    const { put, update } = await startDynamo();
    await put(item("a", { n: 1 }));
    const inRange = (low: number, high: number) =>
      update("a", "SET seen = :low", {
        ConditionExpression: "n BETWEEN :low AND :high",
        ExpressionAttributeValues: { ":low": { N: `${low}` }, ":high": { N: `${high}` } },
      });
    await inRange(0, 2);
    await expect(inRange(5, 6)).rejects.toMatchObject(refused);
    await expect(inRange(6, 5)).rejects.toMatchObject({ code: "ValidationException" });
    await inRange(1, 1);
  });
});

describe("an update expression", () => {
  const run = async (before: object, UpdateExpression: string, values: object = {}) => {
    const { put, update, get } = await startDynamo();
    await put(item("a", { ...before }));
    await update("a", UpdateExpression, {
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    });
    const { pk, sk, ...rest } = await get("a");
    expect([pk, sk]).toEqual([{ S: "a" }, { S: "1" }]);
    return rest;
  };
  const list = (...texts: string[]) => ({ L: texts.map((S) => ({ S })) });

  it("sets, removes, adds and deletes", async () => {
    expect(
      await run(
        { n: 1, gone: "x", tags: { SS: ["a", "b"] }, more: { SS: ["c"] } },
        "SET n = n + :two, s = :s, d = if_not_exists(d, :two) REMOVE gone ADD c :two, tags :add DELETE more :del",
        {
          ":two": { N: "2" },
          ":s": { S: "text" },
          ":add": { SS: ["b", "z"] },
          ":del": { SS: ["c"] },
        },
      ),
    ).toEqual({
      n: { N: "3" },
      s: { S: "text" },
      d: { N: "2" },
      c: { N: "2" },
      tags: { SS: ["a", "b", "z"] },
    });
  });

  it("reads the item as it was, whatever other clauses do", async () => {
    expect(await run({ a: 1, b: 2 }, "SET a = b, b = a")).toEqual({ a: { N: "2" }, b: { N: "1" } });
  });

  it("reaches into maps and lists", async () => {
    expect(
      await run(
        { m: { M: { l: list("a", "b", "c", "d"), o: { S: "kept" } } } },
        "SET m.l[9] = :x, m.p = :x REMOVE m.l[0], m.l[2]",
        { ":x": { S: "x" } },
      ),
    ).toEqual({ m: { M: { l: list("b", "d", "x"), o: { S: "kept" }, p: { S: "x" } } } });
    expect(await run({ l: list("b") }, "SET l = list_append(:x, l)", { ":x": list("a") })).toEqual({
      l: list("a", "b"),
    });
  });

  it("calculates exactly", async () => {
    const values = { ":x": { N: "0.2" } };
    expect(await run({ n: { N: "0.1" } }, "ADD n :x", values)).toEqual({ n: { N: "0.3" } });
    const large = { N: "99999999999999999999999999999999999999" };
    expect(await run({ n: large }, "SET n = n - :x", { ":x": { N: "9" } })).toEqual({
      n: { N: "99999999999999999999999999999999999990" },
    });
  });

  it("changes nothing of what others hold", async () => {
    const { put, get, update } = await startDynamo();
    const given = item("a", { l: list("x") });
    await put(given);
    const before = await get("a");
    (before.l.L as object[]).push({ S: "mine" });
    (given.l as unknown as { L: object[] }).L.push({ S: "mine, too" });
    await update("a", "SET l[0] = :y", { ExpressionAttributeValues: { ":y": { S: "y" } } });
    expect((await get("a")).l).toEqual(list("y"));
  });

  it.each([
    ["SET pk = :x", "Cannot update attribute pk. This attribute is part of the key"],
    ["SET a = b", "The provided expression refers to an attribute that does not exist in the item"],
    ["SET a = a + n", "The provided expression refers to an attribute"],
    ["SET n = n + s", "An operand in the update expression has an incorrect data type"],
    ["SET m.x = n", "The document path provided in the update expression is invalid for update"],
    ["SET n = :nope", "attribute value used in expression is not defined; attribute value: :nope"],
    ["SET name = s", "Attribute name is a reserved keyword; reserved keyword: name"],
    ["SET n = s, n = s", "Two document paths overlap with each other"],
    [
      "SOME THING ELSE",
      'Invalid UpdateExpression: Syntax error; token: "SOME", near: "SOME THING"',
    ],
    ["SET n = = s", 'Invalid UpdateExpression: Syntax error; token: "=", near: "= = s"'],
    ["SET n =", 'Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "="'],
  ])("%s is refused", async (UpdateExpression, message) => {
    const { put, update, get } = await startDynamo();
    await put(item("a", { n: 1, s: "s" }));
    const values = UpdateExpression.includes(":x")
      ? { ExpressionAttributeValues: { ":x": { S: "x" } } }
      : {};
    await expect(update("a", UpdateExpression, values)).rejects.toMatchObject({
      code: "ValidationException",
      message: expect.stringContaining(message),
    });
    expect(await get("a")).toEqual(item("a", { n: 1, s: "s" }));
  });

  it("answers what ReturnValues asks for", async () => {
    const { put, update } = await startDynamo();
    await put(item("a", { n: 1, m: { M: { x: { S: "x" }, y: { S: "y" } } } }));
    const ask = async (ReturnValues: string) =>
      (
        await update("a", "SET n = n + :one, m.x = :one, fresh = :one", {
          ReturnValues,
          ExpressionAttributeValues: { ":one": { N: "1" } },
        })
      ).Attributes;
    expect(await ask("UPDATED_OLD")).toEqual({ n: { N: "1" }, m: { M: { x: { S: "x" } } } });
    expect(await ask("UPDATED_NEW")).toEqual({
      n: { N: "3" },
      fresh: { N: "1" },
      m: { M: { x: { N: "1" } } },
    });
    expect((await ask("ALL_OLD")).n).toEqual({ N: "3" });
    expect((await ask("ALL_NEW")).n).toEqual({ N: "5" });
    expect(await ask("NONE")).toBeUndefined();
  });
});

describe("a projection expression", () => {
  it("shows what it names, lists closed up", async () => {
    const { put, get } = await startDynamo();
    const l = { L: [{ S: "a" }, { S: "b" }, { S: "c" }] };
    await put(item("a", { n: 1, l, m: { M: { x: { S: "x" }, y: { S: "y" } } } }));
    expect(
      await get("a", "1", {
        ProjectionExpression: "#n, l[2], l[0], m.y, nowhere",
        ExpressionAttributeNames: { "#n": "n" },
      }),
    ).toEqual({ n: { N: "1" }, l: { L: [{ S: "a" }, { S: "c" }] }, m: { M: { y: { S: "y" } } } });
  });
});

describe("a request that AWS would refuse", () => {
  const key = { Key: { pk: { S: "a" }, sk: { S: "1" } } };
  it.each<[string, string, object, string]>([
    [
      "no key",
      "GetItem",
      { Key: { pk: { S: "a" } } },
      "The provided key element does not match the schema",
    ],
    [
      "a key of another type",
      "GetItem",
      { Key: { pk: { S: "a" }, sk: { N: "1" } } },
      "The provided key element does not match the schema",
    ],
    [
      "an item without its key",
      "PutItem",
      { Item: { pk: { S: "a" } } },
      "One or more parameter values were invalid: Missing the key sk in the item",
    ],
    [
      "an empty key",
      "PutItem",
      { Item: { pk: { S: "" }, sk: { S: "1" } } },
      "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
    ],
    [
      "no table name",
      "GetItem",
      { ...key, TableName: undefined },
      "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null",
    ],
    [
      "an unknown choice",
      "GetItem",
      { ...key, ReturnConsumedCapacity: "SOME" },
      "1 validation error detected: Value 'SOME' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
    ],
    [
      "a value of two types",
      "PutItem",
      { Item: item("a", { x: { S: "a", N: "1" } }) },
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    ],
    [
      "a number that is none",
      "PutItem",
      { Item: item("a", { x: { N: "one" } }) },
      "The parameter cannot be converted to a numeric value: one",
    ],
    [
      "too many digits",
      "PutItem",
      { Item: item("a", { x: { N: "1".repeat(39) } }) },
      "Attempting to store more than 38 significant digits in a Number",
    ],
    [
      "an empty set",
      "PutItem",
      { Item: item("a", { x: { SS: [] } }) },
      "One or more parameter values were invalid: An string set  may not be empty",
    ],
    [
      "an item over 400 KB",
      "PutItem",
      { Item: item("a", { x: "x".repeat(409_600) }) },
      "Item size has exceeded the maximum allowed size",
    ],
    [
      "a value that nothing uses",
      "DeleteItem",
      {
        ...key,
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":x": { S: "x" } },
      },
      "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
    ],
    [
      "names without an expression",
      "GetItem",
      { ...key, ExpressionAttributeNames: { "#x": "x" } },
      "ExpressionAttributeNames can only be specified when using expressions",
    ],
  ])("%s", async (_name, operation, input, message) => {
    const { onTable } = await startDynamo();
    await expect(onTable(operation, input)).rejects.toMatchObject({
      code: "ValidationException",
      status: 400,
      message,
    });
  });

  it("is shown what was wrong with it as AWS shows it", async () => {
    const { db, onTable } = await startDynamo();
    const put = { PutRequest: { Item: { pk: { S: "a" }, tags: { L: [{ N: "1" }] } } } };
    const shown =
      "WriteRequest(putRequest=PutRequest(item={pk=AttributeValue(s=a), tags=AttributeValue(l=[AttributeValue(n=1)])}))";
    await expect(
      db("BatchWriteItem", { RequestItems: { Things: Array(26).fill(put) } }),
    ).rejects.toMatchObject({
      message: `1 validation error detected: Value '{Things=[${Array(26).fill(shown).join(", ")}]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]`,
    });
    await expect(onTable("GetItem", { ...key, TableName: "" })).rejects.toMatchObject({
      message:
        "1 validation error detected: Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    });
  });

  it("names a table that is not there", async () => {
    const { db } = await startDynamo();
    await expect(db("GetItem", { TableName: "Nope", ...key })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      message: "Requested resource not found",
    });
  });

  it("may hold what AWS does not know: it is not looked at", async () => {
    const { onTable } = await startDynamo();
    for (const unknown of ["KeyConditionExpression", "UpdateExpression"])
      expect(await onTable("Scan", { [unknown]: 1 })).toMatchObject({ Items: [] });
    expect(await onTable("GetItem", { ...key, FilterExpression: "nonsense" })).toEqual({});
  });

  it("has no entries that are null", async () => {
    const { db } = await startDynamo();
    for (const [operation, input] of [
      ["TransactWriteItems", { TransactItems: [null] }],
      ["TransactGetItems", { TransactItems: [null] }],
      ["BatchWriteItem", { RequestItems: { Things: [null] } }],
      ["BatchGetItem", { RequestItems: { Things: { Keys: [null] } } }],
    ] as const)
      await expect(db(operation, input)).rejects.toMatchObject({ code: "ValidationException" });
  });

  it("is told by name what is not emulated", async () => {
    const { onTable, db } = await startDynamo();
    await expect(onTable("UpdateTable", { ReplicaUpdates: [] })).rejects.toMatchObject({
      code: "NotEmulated",
      message:
        "The emulator does not emulate the parameter ReplicaUpdates of UpdateTable of dynamodb.",
    });
    await expect(db("ExecuteStatement")).rejects.toMatchObject({ code: "NotEmulated" });
  });
});
