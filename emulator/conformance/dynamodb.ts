import { deepEqual, equal, ok } from "node:assert/strict";
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  type PutItemCommandInput,
  paginateScan,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { claimsOf, refused } from "./claim.ts";
import type { Lab } from "./lab.ts";

const guide = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide";
const api = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference";

type Item = Record<string, AttributeValue>;

/** The table of this run, with the sparse index "open", and short ways to it. */
const open = async (lab: Lab) => {
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

/** What DynamoDB documents, as far as an application or a learner meets it. */
export const dynamodbClaims = claimsOf("dynamodb", [
  {
    name: "condition",
    claim: "A write whose condition does not hold is refused, and changes nothing",
    doc: `${guide}/Expressions.ConditionExpressions.html`,
    async run(lab) {
      const { put, item, get } = await open(lab);
      await put(item({ n: { N: "1" } }));
      const again = put(item({ n: { N: "2" } }), {
        ConditionExpression: "attribute_not_exists(pk)",
      });
      await refused(again, "ConditionalCheckFailedException", /The conditional request failed/);
      equal((await get())?.n?.N, "1");
    },
  },
  {
    name: "condition-old-item",
    claim: "ReturnValuesOnConditionCheckFailure answers the item that stood in the way",
    doc: `${api}/API_PutItem.html`,
    async run(lab) {
      const { put, item } = await open(lab);
      await put(item({ n: { N: "1" } }));
      const error = await refused(
        put(item(), {
          ConditionExpression: "attribute_not_exists(pk)",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
        "ConditionalCheckFailedException",
      );
      deepEqual(error.Item, item({ n: { N: "1" } }));
    },
  },
  {
    name: "update-upserts",
    claim: "UpdateItem creates an item that is not there, and ADD counts from nothing",
    doc: `${api}/API_UpdateItem.html`,
    async run(lab) {
      const { TableName, key, get } = await open(lab);
      await lab.dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key: key(),
          UpdateExpression: "ADD n :one",
          ExpressionAttributeValues: { ":one": { N: "1" } },
        }),
      );
      equal((await get())?.n?.N, "1");
    },
  },
  {
    name: "delete-nothing",
    claim: "DeleteItem of an item that is not there succeeds",
    doc: `${api}/API_DeleteItem.html`,
    async run(lab) {
      const { TableName, key } = await open(lab);
      await lab.dynamodb.send(new DeleteItemCommand({ TableName, Key: key() }));
    },
  },
  {
    name: "transaction-atomic",
    claim:
      "A transaction in which one condition fails writes nothing, and gives a reason per action",
    doc: `${api}/API_TransactWriteItems.html`,
    async run(lab) {
      const { TableName, item, key, transact, get } = await open(lab);
      const error = await refused(
        transact([
          { Put: { TableName, Item: item() } },
          {
            ConditionCheck: {
              TableName,
              Key: key("1"),
              ConditionExpression: "attribute_exists(pk)",
            },
          },
        ]),
        "TransactionCanceledException",
        /\[None, ConditionalCheckFailed\]/,
      );
      deepEqual(
        error.CancellationReasons.map(({ Code }: { Code: string }) => Code),
        ["None", "ConditionalCheckFailed"],
      );
      equal(await get(), undefined);
    },
  },
  {
    name: "transaction-100",
    claim: "A transaction has at most 100 actions",
    doc: `${guide}/transaction-apis.html`,
    async run(lab) {
      const { putAll } = await open(lab);
      await putAll(100);
      await refused(putAll(101), "ValidationException");
    },
  },
  {
    name: "transaction-4mb",
    claim: "A transaction has at most 4 MB",
    doc: `${guide}/transaction-apis.html`,
    async run(lab) {
      const { putAll } = await open(lab);
      const text = { S: "x".repeat(400_000) };
      await refused(
        putAll(11, () => ({ text })),
        "ValidationException",
        /size/i,
      );
    },
  },
  {
    name: "transaction-one-item",
    claim: "A transaction cannot touch one item twice",
    doc: `${guide}/transaction-apis.html`,
    async run(lab) {
      const { TableName, item, transact } = await open(lab);
      const put = { Put: { TableName, Item: item() } };
      await refused(transact([put, put]), "ValidationException", /multiple operations on one item/);
    },
  },
  {
    name: "transaction-token",
    claim: "A transaction that comes again with its ClientRequestToken succeeds, and happens once",
    doc: `${guide}/transaction-apis.html`,
    async run(lab) {
      const { TableName, key, transact, get } = await open(lab);
      const add = () =>
        transact(
          [
            {
              Update: {
                TableName,
                Key: key(),
                UpdateExpression: "ADD n :one",
                ExpressionAttributeValues: { ":one": { N: "1" } },
              },
            },
          ],
          { ClientRequestToken: key().pk?.S?.slice(-36) },
        );
      await add();
      await add();
      equal((await get())?.n?.N, "1");
    },
  },
  {
    name: "transaction-token-mismatch",
    claim: "A ClientRequestToken with other actions is refused",
    doc: `${guide}/transaction-apis.html`,
    async run(lab) {
      const { TableName, item, transact } = await open(lab);
      const ClientRequestToken = item().pk?.S?.slice(-36);
      const put = (n: string) =>
        transact([{ Put: { TableName, Item: item({ n: { N: n } }) } }], { ClientRequestToken });
      await put("1");
      await refused(put("2"), "IdempotentParameterMismatchException");
    },
  },
  {
    name: "transaction-units",
    claim: "A write in a transaction takes twice the units of the same write alone",
    doc: `${guide}/transaction-apis.html`,
    async run(lab) {
      const { TableName, item, put, transact } = await open(lab);
      const ReturnConsumedCapacity = "TOTAL" as const;
      const alone = await put(item(), { ReturnConsumedCapacity });
      const together = await transact([{ Put: { TableName, Item: item({}, "1") } }], {
        ReturnConsumedCapacity,
      });
      const units = together.ConsumedCapacity?.[0]?.CapacityUnits;
      deepEqual([alone.ConsumedCapacity?.CapacityUnits, units], [1, 2]);
    },
  },
  {
    name: "read-units",
    claim: "Reading up to 4 KB takes one unit, half of one when eventually consistent",
    doc: `${guide}/read-write-operations.html`,
    async run(lab) {
      const { TableName, item, key, put } = await open(lab);
      await put(item({ text: { S: "x".repeat(3000) } }));
      const read = async (ConsistentRead: boolean) => {
        const get = new GetItemCommand({
          TableName,
          Key: key(),
          ConsistentRead,
          ReturnConsumedCapacity: "TOTAL",
        });
        return (await lab.dynamodb.send(get)).ConsumedCapacity?.CapacityUnits;
      };
      deepEqual([await read(true), await read(false)], [1, 0.5]);
    },
  },
  {
    name: "item-400kb",
    claim: "An item has at most 400 KB, its attributes' names included",
    doc: `${guide}/Constraints.html`,
    async run(lab) {
      const { put, item } = await open(lab);
      const big = put(item({ text: { S: "x".repeat(409_600) } }));
      await refused(big, "ValidationException", /Item size has exceeded the maximum allowed size/);
    },
  },
  {
    name: "batch-write-25",
    claim: "BatchWriteItem takes at most 25 puts or deletes",
    doc: `${api}/API_BatchWriteItem.html`,
    async run(lab) {
      const { TableName, item } = await open(lab);
      const puts = Array.from({ length: 26 }, (_, sk) => ({
        PutRequest: { Item: item({}, String(sk)) },
      }));
      const batch = new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } });
      await refused(lab.dynamodb.send(batch), "ValidationException");
    },
  },
  {
    name: "batch-get-100",
    claim: "BatchGetItem takes at most 100 keys",
    doc: `${api}/API_BatchGetItem.html`,
    async run(lab) {
      const { TableName, key } = await open(lab);
      const Keys = Array.from({ length: 101 }, (_, sk) => key(String(sk)));
      const batch = new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } });
      await refused(lab.dynamodb.send(batch), "ValidationException");
    },
  },
  {
    name: "query-order",
    claim: "A query answers in the order of the sort key's UTF-8 bytes",
    doc: `${guide}/Query.KeyConditionExpressions.html`,
    async run(lab) {
      const { put, item, query } = await open(lab);
      for (const sk of ["b", "é", "B", "a", "10", "9"]) await put(item({}, sk));
      const { Items = [] } = await query();
      deepEqual(
        Items.map(({ sk }) => sk?.S),
        ["10", "9", "B", "a", "b", "é"],
      );
    },
  },
  {
    name: "query-filter-after-limit",
    claim: "Limit counts before the filter: a page may be empty and still go on",
    doc: `${guide}/Query.FilterExpression.html`,
    async run(lab) {
      const { putAll, query } = await open(lab);
      await putAll(3, (index) => ({ wanted: { BOOL: index === 2 } }));
      const page = await query({
        Limit: 2,
        FilterExpression: "wanted = :yes",
        ExpressionAttributeValues: { ":yes": { BOOL: true } },
      });
      deepEqual([page.Count, page.ScannedCount], [0, 2]);
      ok(page.LastEvaluatedKey);
    },
  },
  {
    name: "query-1mb",
    claim: "A page of a query ends at 1 MB",
    doc: `${guide}/Query.Pagination.html`,
    async run(lab) {
      const { put, item, query } = await open(lab);
      const text = { S: "x".repeat(350_000) };
      for (const sk of ["1", "2", "3", "4"]) await put(item({ text }, sk));
      const page = await query();
      equal(page.Count, 3);
      ok(page.LastEvaluatedKey);
    },
  },
  {
    name: "index-sparse",
    claim:
      "An item without an index's key is not in the index, which holds keys only where asked to",
    doc: `${guide}/GSI.html`,
    async run(lab) {
      const { TableName, put, item, key } = await open(lab);
      const ipk = { S: lab.unique("open") };
      await put(item({ text: { S: "closed" } }, "1"));
      await put(item({ ipk, isk: { S: "a" }, text: { S: "open" } }));
      const Items = await lab.eventually(async () => {
        const found = await lab.dynamodb.send(
          new QueryCommand({
            TableName,
            IndexName: "open",
            KeyConditionExpression: "ipk = :ipk",
            ExpressionAttributeValues: { ":ipk": ipk },
          }),
        );
        return found.Count && found.Items;
      });
      deepEqual(Items, [{ ...key(), ipk, isk: { S: "a" } }]);
    },
  },
  {
    name: "index-consistency",
    claim: "A global secondary index cannot be read consistently",
    doc: `${guide}/HowItWorks.ReadConsistency.html`,
    async run(lab) {
      const { query } = await open(lab);
      const read = query({ IndexName: "open", KeyConditionExpression: "ipk = :pk" });
      await refused(read, "ValidationException", /Consistent reads are not supported/);
    },
  },
  {
    name: "reserved-word",
    claim: "A reserved word cannot stand in an expression",
    doc: `${guide}/ReservedWords.html`,
    async run(lab) {
      const { query } = await open(lab);
      const read = query({ FilterExpression: "attribute_exists(status)" });
      await refused(read, "ValidationException", /reserved keyword: status/);
    },
  },
  {
    name: "empty-key",
    claim: "An empty string may be an attribute's value, but not a key's",
    doc: `${guide}/HowItWorks.NamingRulesDataTypes.html`,
    async run(lab) {
      const { put, item } = await open(lab);
      await put(item({ text: { S: "" } }));
      await refused(put({ ...item(), sk: { S: "" } }), "ValidationException", /empty string value/);
    },
  },
  {
    name: "empty-set",
    claim: "A set cannot be empty",
    doc: `${guide}/HowItWorks.NamingRulesDataTypes.html`,
    async run(lab) {
      const { put, item } = await open(lab);
      await refused(
        put(item({ set: { SS: [] } })),
        "ValidationException",
        /set\s+may not be empty/,
      );
    },
  },
  {
    name: "number-38",
    claim: "A number keeps 38 digits; one of 39 is refused",
    doc: `${guide}/HowItWorks.NamingRulesDataTypes.html`,
    async run(lab) {
      const { put, item, get } = await open(lab);
      const N = "1".repeat(38);
      await put(item({ n: { N } }));
      equal((await get())?.n?.N, N);
      await refused(
        put(item({ n: { N: `${N}1` } })),
        "ValidationException",
        /38 significant digits/,
      );
    },
  },
  {
    name: "ttl-late",
    claim: "An item whose time to live has passed may still be read",
    doc: `${guide}/ttl-expired-items.html`,
    async run(lab) {
      const { TableName, put, item, get } = await open(lab);
      await lab.once("time to live", () =>
        lab.dynamodb.send(
          new UpdateTimeToLiveCommand({
            TableName,
            TimeToLiveSpecification: { Enabled: true, AttributeName: "expiresAt" },
          }),
        ),
      );
      await put(item({ expiresAt: { N: String(Math.floor(Date.now() / 1000) - 60) } }));
      ok(await get());
    },
  },
  {
    name: "list-tables",
    claim: "ListTables answers names in order, and where the next page begins",
    doc: `${api}/API_ListTables.html`,
    async run(lab) {
      const { TableName } = await open(lab);
      const before = TableName.slice(0, -1);
      const list = new ListTablesCommand({ ExclusiveStartTableName: before, Limit: 1 });
      const { TableNames = [], LastEvaluatedTableName } = await lab.dynamodb.send(list);
      equal(TableNames.length, 1);
      ok((TableNames[0] as string) > before);
      ok(LastEvaluatedTableName === undefined || LastEvaluatedTableName === TableNames[0]);
    },
  },
  {
    name: "parallel-scan",
    claim: "The segments of a parallel scan are the whole table, each item once",
    doc: `${guide}/Scan.html`,
    async run(lab) {
      const { TableName, item, put } = await open(lab);
      const keys = ["a", "b", "c", "d", "e"];
      for (const sk of keys) await put(item({ parallel: { BOOL: true } }, sk));
      const { pk } = item();
      const scan = async (Segment: number) => {
        const found: (string | undefined)[] = [];
        const pages = paginateScan(
          { client: lab.dynamodb },
          {
            ...{ TableName, Segment, TotalSegments: 3, ConsistentRead: true },
            FilterExpression: "pk = :pk",
            ExpressionAttributeValues: { ":pk": pk as AttributeValue },
          },
        );
        for await (const { Items = [] } of pages) found.push(...Items.map(({ sk }) => sk?.S));
        return found;
      };
      deepEqual((await Promise.all([0, 1, 2].map(scan))).flat().sort(), keys);
    },
  },
  {
    name: "partiql",
    claim: "ExecuteStatement reads items with PartiQL",
    doc: `${guide}/ql-reference.html`,
    locally: "PartiQL is refused by name.",
    async run(lab) {
      const { TableName } = await open(lab);
      const Statement = `SELECT * FROM "${TableName}" WHERE pk = 'none'`;
      await lab.dynamodb.send(new ExecuteStatementCommand({ Statement }));
    },
  },
]);
