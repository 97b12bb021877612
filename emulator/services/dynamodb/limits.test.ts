import { describe, expect, it } from "vitest";
import { item, keySchema, startDynamo } from "./testing/start-dynamo.ts";

const many = <T>(count: number, make: (i: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const index = (i: number, included?: string[]) => ({
  IndexName: `index${i}`,
  KeySchema: keySchema("pk"),
  Projection: included
    ? { ProjectionType: "INCLUDE", NonKeyAttributes: included }
    : { ProjectionType: "ALL" },
});
const names = (count: number) => many(count, (i) => `a${i}`);
const condition = (ConditionExpression: string, more: object = {}) => ({
  Item: item("a"),
  ConditionExpression,
  ...more,
});
const oneOf = (count: number) =>
  condition(`NOT n IN (${many(count, (i) => `:v${i}`).join(",")})`, {
    ExpressionAttributeValues: Object.fromEntries(many(count, (i) => [`:v${i}`, { N: `${i}` }])),
  });
/** So many comparisons, and one OR less. */
const either = (comparisons: number) =>
  condition(many(comparisons, () => "n<>:v").join(" OR "), {
    ExpressionAttributeValues: { ":v": { N: "1" } },
  });
const exists = (length: number) => condition(`attribute_not_exists(${"x".repeat(length - 22)})`);
const name = (length: number) => "x".repeat(length);
const named = (length: number) => ({ Item: item("a", { [name(length)]: "x" }) });
const placeholder = (length: number) => {
  const ProjectionExpression = `#${name(length - 1)}`;
  return { ProjectionExpression, ExpressionAttributeNames: { [ProjectionExpression]: "a" } };
};
const megabyte = 1024 * 1024;
/** So many names of 64 KB with their placeholders, and two values that take so many bytes with theirs. */
const substituted = (count: number, bytes: number) => {
  const placeholders = many(count, (i) => `#${String(i).padStart(2, "0")}`);
  const exists = placeholders.map((one) => `attribute_not_exists(${one})`);
  return condition(["a IN (:a, :b)", ...exists].map((one) => `NOT ${one}`).join(" OR "), {
    ...(count > 0 && {
      ExpressionAttributeNames: Object.fromEntries(
        placeholders.map((one) => [one, one.padEnd(65_533, "x")]),
      ),
    }),
    ExpressionAttributeValues: { ":a": { S: "" }, ":b": { S: "x".repeat(bytes - 4) } },
  });
};
const table = (key: string) => ({
  TableName: "Other",
  BillingMode: "PAY_PER_REQUEST",
  KeySchema: keySchema(key),
  AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
});
const expiring = (AttributeName: string) => ({
  TimeToLiveSpecification: { Enabled: true, AttributeName },
});
const tagged = (count: number) => ({
  ResourceArn: "arn:aws:dynamodb:us-east-1:123456789012:table/Things",
  Tags: many(count, (i) => ({ Key: `k${i}`, Value: "x" })),
});

describe("DynamoDB's limits", () => {
  const limits: [
    what: string,
    operation: string,
    within: object,
    beyond: object,
    message: string,
  ][] = [
    [
      "4,096 bytes of an expression",
      "PutItem",
      exists(4096),
      exists(4097),
      "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4097",
    ],
    [
      "300 operators of an expression",
      "PutItem",
      either(150),
      either(151),
      "The expression contains too many operators; operator count: 301",
    ],
    ["100 operands of IN", "PutItem", oneOf(100), oneOf(101), "number of operands: 101"],
    [
      "64 KB of an attribute's name",
      "PutItem",
      named(65_535),
      named(65_536),
      "Attribute name is too large",
    ],
    [
      "64 KB of a name that a placeholder stands for",
      "PutItem",
      condition("attribute_not_exists(#n)", { ExpressionAttributeNames: { "#n": name(65_535) } }),
      condition("attribute_not_exists(#n)", { ExpressionAttributeNames: { "#n": name(65_536) } }),
      "Attribute name is too large",
    ],
    [
      "64 KB of a name that is to be read",
      "Scan",
      { AttributesToGet: [name(65_535)] },
      { AttributesToGet: [name(65_536)] },
      "Attribute name is too large",
    ],
    [
      "255 characters of a placeholder",
      "Scan",
      placeholder(255),
      placeholder(256),
      "ExpressionAttributeNames contains invalid key",
    ],
    [
      "255 characters of an index's name",
      "UpdateTable",
      { GlobalSecondaryIndexUpdates: [{ Create: { ...index(1), IndexName: name(255) } }] },
      { GlobalSecondaryIndexUpdates: [{ Create: { ...index(1), IndexName: name(256) } }] },
      "at 'globalSecondaryIndexUpdates.1.member.create.indexName' failed to satisfy constraint: Member must have length less than or equal to 255",
    ],
    [
      "255 characters of a name that an index includes",
      "UpdateTable",
      { GlobalSecondaryIndexUpdates: [{ Create: index(1, [name(255)]) }] },
      { GlobalSecondaryIndexUpdates: [{ Create: index(1, [name(256)]) }] },
      "nonKeyAttributes.1.member' failed to satisfy constraint: Member must have length less than or equal to 255",
    ],
    [
      "255 characters of a table's name",
      "CreateTable",
      { ...table(name(1)), TableName: name(255) },
      { ...table(name(1)), TableName: name(256) },
      "at 'tableName' failed to satisfy constraint: Member must have length less than or equal to 255",
    ],
    [
      "255 characters of a key's name",
      "CreateTable",
      table(name(255)),
      table(name(256)),
      `2 validation errors detected: Value '${name(256)}' at 'attributeDefinitions.1.member.attributeName' failed to satisfy constraint: Member must have length less than or equal to 255`,
    ],
    [
      "255 characters of the name of what says when an item expires",
      "UpdateTimeToLive",
      expiring(name(255)),
      expiring(name(256)),
      "attributeName' failed to satisfy constraint: Member must have length less than or equal to 255",
    ],
    [
      "1,000,000 segments of a scan",
      "Scan",
      { Segment: 0, TotalSegments: 1_000_000 },
      { Segment: 0, TotalSegments: 1_000_001 },
      "less than or equal to 1000000",
    ],
    [
      "2 MB of values in the place of others",
      "PutItem",
      substituted(0, 2 * megabyte),
      substituted(0, 2 * megabyte + 1),
      "ExpressionAttributeValues exceeds max size",
    ],
    [
      "2 MB of names and values",
      "PutItem",
      substituted(31, 65_536),
      substituted(31, 65_537),
      "Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max size",
    ],
    [
      "2 MB of names",
      "PutItem",
      substituted(31, 4),
      substituted(33, 4),
      "ExpressionAttributeNames exceeds max size",
    ],
    ["50 tags", "TagResource", tagged(50), tagged(51), "Too many tags"],
    [
      "one new index at a time",
      "UpdateTable",
      { GlobalSecondaryIndexUpdates: [{ Create: index(1) }] },
      { GlobalSecondaryIndexUpdates: [{ Create: index(1) }, { Create: index(2) }] },
      "Only 1 online index can be created",
    ],
    [
      "20 attributes that an index includes",
      "UpdateTable",
      { GlobalSecondaryIndexUpdates: [{ Create: index(1, names(20)) }] },
      { GlobalSecondaryIndexUpdates: [{ Create: index(1, names(21)) }] },
      "more than 20",
    ],
  ];
  it.each(limits)("let %s through, and no more", async (_, operation, within, beyond, message) => {
    const { onTable } = await startDynamo();
    await expect(onTable(operation, beyond)).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
    await onTable(operation, within);
  });

  it("let a table have 20 global indexes, with 100 included attributes", async () => {
    const { db, onTable } = await startDynamo({
      table: { GlobalSecondaryIndexes: many(19, (i) => index(i, i < 4 ? names(20) : undefined)) },
    });
    const add = (more: object) =>
      onTable("UpdateTable", { GlobalSecondaryIndexUpdates: [{ Create: more }] });
    await add(index(19, names(20)));
    await expect(add(index(20))).rejects.toMatchObject({
      code: "LimitExceededException",
      message: expect.stringContaining("per-table limit of 20"),
    });
    const GlobalSecondaryIndexes = many(6, (i) => index(i, names(20)));
    const other = {
      TableName: "Other",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keySchema("pk"),
    };
    const AttributeDefinitions = [{ AttributeName: "pk", AttributeType: "S" }];
    await expect(
      db("CreateTable", { ...other, AttributeDefinitions, GlobalSecondaryIndexes }),
    ).rejects.toMatchObject({ message: expect.stringContaining("more than 100") });
  });

  it.each([
    ["that asks for nothing", [{}], "must not be null"],
    [
      "of an index that is changed twice",
      [{ Create: index(1) }, { Delete: { IndexName: "index1" } }],
      "Only one global secondary index update per index is allowed simultaneously. Index: index1",
    ],
    [
      "whose keys are in another order",
      [{ Create: { ...index(1), KeySchema: keySchema("pk", "sk").toReversed() } }],
      "The first KeySchemaElement is not a HASH key type",
    ],
  ])("let no update of indexes through %s", async (_what, updates, message) => {
    const { onTable } = await startDynamo();
    await expect(
      onTable("UpdateTable", { GlobalSecondaryIndexUpdates: updates }),
    ).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  it("hold for keys of indexes, too", async () => {
    const { put, update } = await startDynamo({
      table: {
        AttributeDefinitions: ["pk", "sk", "hash", "range"].map((AttributeName) => ({
          AttributeName,
          AttributeType: "S",
        })),
        GlobalSecondaryIndexes: [{ ...index(1), KeySchema: keySchema("hash", "range") }],
      },
    });
    await put(item("a", { hash: "x".repeat(2048), range: "x".repeat(1024) }));
    await expect(put(item("a", { hash: "x".repeat(2049) }))).rejects.toThrow("Size of hashkey");
    const ExpressionAttributeValues = { ":v": { S: "x".repeat(1025) } };
    await expect(
      update("a", "SET #r = :v", {
        ExpressionAttributeValues,
        ExpressionAttributeNames: { "#r": "range" },
      }),
    ).rejects.toThrow("size limit of 1024 bytes");
  });
});
