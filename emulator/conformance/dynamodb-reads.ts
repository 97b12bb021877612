import { deepEqual, equal, ok } from "node:assert/strict";
import {
  type AttributeValue,
  BatchGetItemCommand,
  CreateTableCommand,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  paginateScan,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { claimsOf, refused } from "./claim.ts";
import { api, guide, open } from "./dynamodb-table.ts";

/** What DynamoDB documents of reads, and of tables. */
export const dynamodbReadClaims = claimsOf("dynamodb", [
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
  {
    name: "names-255",
    claim: "Names of tables, indexes and keys have at most 255 characters",
    doc: `${guide}/Constraints.html`,
    async run(lab) {
      const { query } = await open(lab);
      const tooLong = /Member must have length less than or equal to 255/;
      const name = "a".repeat(256);
      await refused(query({ IndexName: name }), "ValidationException", tooLong);
      await refused(query({ TableName: name }), "ValidationException", tooLong);
      const create = new CreateTableCommand({
        TableName: lab.unique("refused"),
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: name, KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: name, AttributeType: "S" }],
      });
      await refused(lab.dynamodb.send(create), "ValidationException", tooLong);
    },
  },
]);
