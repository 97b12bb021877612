import { virtualClock } from "../../../kernel/clock.ts";
import { createCloud, type Fact } from "../../../kernel/cloud.ts";
import { administrator } from "../../../kernel/engine.ts";
import type { TestCloud } from "../../../kernel/testing/fork.ts";
import { dynamoEngines, type Lags, type StreamsEngine } from "../engine.ts";

const strings = (...names: string[]) =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: "S" }));

/** A key schema of one or two attributes. */
export const keySchema = (hash: string, range?: string) => [
  { AttributeName: hash, KeyType: "HASH" },
  ...(range ? [{ AttributeName: range, KeyType: "RANGE" }] : []),
];

/** What a test does with a cloud that has the table "Things". */
export const dynamoOf = ({ clock, ...cloud }: TestCloud) => {
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const db = (operation: string, input: object = {}) =>
    cloud.call({ caller: administrator, service: "dynamodb", operation, input });
  const onTable = (operation: string, input: object = {}) =>
    db(operation, { TableName: "Things", ...input });
  const streams = (operation: string, input: object = {}) =>
    cloud.call({ caller: administrator, service: "streams", operation, input });
  return {
    cloud: { ...cloud, clock },
    clock,
    facts,
    db,
    onTable,
    streams,
    streamsEngine: cloud.engines.streams as StreamsEngine,
    put: (Item: object, more: object = {}) => onTable("PutItem", { Item, ...more }),
    get: async (pk: string, sk = "1", more: object = {}) =>
      (await onTable("GetItem", { Key: { pk: { S: pk }, sk: { S: sk } }, ...more })).Item,
    update: (pk: string, UpdateExpression: string, more: object = {}) =>
      onTable("UpdateItem", {
        Key: { pk: { S: pk }, sk: { S: "1" } },
        UpdateExpression,
        ...more,
      }),
    /** Units since the last time that this was asked, reads and writes. */
    units: () => {
      const all = facts.splice(0).filter(({ kind }) => kind === "dynamodb.units");
      const sum = (name: string) => all.reduce((total, fact) => total + Number(fact[name]), 0);
      return { read: sum("readUnits"), write: sum("writeUnits") };
    },
  };
};

/** DynamoDB alone on a virtual clock, with the table "Things" (pk, sk). */
export const startDynamo = async ({
  table = {},
  seed = 1,
  lags = {},
}: {
  table?: object;
  seed?: number;
  lags?: Lags;
} = {}) => {
  const clock = virtualClock({ seed });
  const { dynamodb, streams } = dynamoEngines({ lags });
  const makers = [dynamodb, streams];
  const dynamo = dynamoOf({ ...createCloud(clock, makers), clock });
  await dynamo.onTable("CreateTable", {
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: keySchema("pk", "sk"),
    AttributeDefinitions: strings("pk", "sk"),
    ...table,
  });
  dynamo.facts.length = 0;
  return { ...dynamo, makers };
};

/** Members of a table with the index "open", of the given projection, on gsi1pk and gsi1sk. */
export const withIndex = (Projection: object = { ProjectionType: "KEYS_ONLY" }) => ({
  AttributeDefinitions: strings("pk", "sk", "gsi1pk", "gsi1sk"),
  GlobalSecondaryIndexes: [
    { IndexName: "open", KeySchema: keySchema("gsi1pk", "gsi1sk"), Projection },
  ],
});

/** An item's key and other attributes; plain texts and numbers become attribute values. */
export const item = (pk: string, attributes: Record<string, string | number | object> = {}) =>
  Object.fromEntries(
    Object.entries({ pk, sk: "1", ...attributes }).map(([name, value]) => [
      name,
      typeof value === "string"
        ? { S: value }
        : typeof value === "number"
          ? { N: String(value) }
          : value,
    ]),
  );
