import {
  type AttributeValue,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { Lab } from "./lab.ts";

/** Where DynamoDB's guide is. */
export const guide = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide";

/** Where DynamoDB's API is described. */
export const api = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference";

/** An item as the SDK has it. */
export type Item = Record<string, AttributeValue>;

/** The table of this run, with the sparse index "open", and short ways to it. */
export const open = async (lab: Lab) => {
  const TableName = await lab.once("dynamodb table", async () => {
    const TableName = lab.unique("table");
    const key = (hash: string, range: string) => [
      { AttributeName: hash, KeyType: "HASH" as const },
      { AttributeName: range, KeyType: "RANGE" as const },
    ];
    await lab.dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: key("pk", "sk"),
        AttributeDefinitions: ["pk", "sk", "ipk", "isk"].map((AttributeName) => ({
          AttributeName,
          AttributeType: "S",
        })),
        GlobalSecondaryIndexes: [
          {
            IndexName: "open",
            KeySchema: key("ipk", "isk"),
            Projection: { ProjectionType: "KEYS_ONLY" },
          },
        ],
      }),
    );
    lab.later(() => lab.dynamodb.send(new DeleteTableCommand({ TableName })));
    await lab.eventually(async () => {
      const { Table } = await lab.dynamodb.send(new DescribeTableCommand({ TableName }));
      return Table?.TableStatus === "ACTIVE";
    });
    return TableName;
  });
  const pk = lab.unique("item");
  const item = (more: Item = {}, sk = "0"): Item => ({ pk: { S: pk }, sk: { S: sk }, ...more });
  const transact = (
    TransactItems: TransactWriteItemsCommandInput["TransactItems"],
    more: Partial<TransactWriteItemsCommandInput> = {},
  ) => lab.dynamodb.send(new TransactWriteItemsCommand({ TransactItems, ...more }));
  return {
    TableName,
    item,
    key: (sk = "0") => item({}, sk),
    put: (Item: Item, more: Partial<PutItemCommandInput> = {}) =>
      lab.dynamodb.send(new PutItemCommand({ TableName, Item, ...more })),
    get: async (sk = "0") => {
      const Key = item({}, sk);
      const read = new GetItemCommand({ TableName, Key, ConsistentRead: true });
      return (await lab.dynamodb.send(read)).Item;
    },
    query: (more: Partial<QueryCommandInput> = {}) =>
      lab.dynamodb.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: {
            ":pk": { S: pk },
            ...more.ExpressionAttributeValues,
          },
          ConsistentRead: true,
          ...(({ ExpressionAttributeValues: _values, ...rest }) => rest)(more),
        }),
      ),
    transact,
    putAll: (count: number, of: (index: number) => Item = () => ({})) =>
      transact(
        Array.from({ length: count }, (_, index) => ({
          Put: { TableName, Item: item(of(index), String(index).padStart(3, "0")) },
        })),
      ),
  };
};

/** A text with so many maps around it. */
export const nested = (maps: number): AttributeValue => {
  let value: AttributeValue = { S: "x" };
  for (let level = 0; level < maps; level++) value = { M: { m: value } };
  return value;
};
