import { deepEqual, equal } from "node:assert/strict";
import { claimsOf, refused } from "./claim.ts";
import { api, guide, type Item, nested, open } from "./dynamodb-table.ts";

/** What DynamoDB documents of transactions. */
export const dynamodbTransactionClaims = claimsOf("dynamodb", [
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
    name: "transaction-remove-makes-nothing",
    claim: "An Update in a transaction that only removes makes no item where there is none",
    doc: `${api}/API_Update.html`,
    async run(lab) {
      const { TableName, key, transact, get } = await open(lab);
      await transact([{ Update: { TableName, Key: key(), UpdateExpression: "REMOVE a" } }]);
      equal(await get(), undefined);
    },
  },
  {
    name: "check-needs-condition",
    claim: "A ConditionCheck has a condition, an Update an expression",
    doc: `${api}/API_ConditionCheck.html`,
    async run(lab) {
      const { TableName, key, transact } = await open(lab);
      const nothing = { TableName, Key: key() } as { TableName: string; Key: Item };
      const none = undefined as unknown as string;
      await refused(
        transact([{ ConditionCheck: { ...nothing, ConditionExpression: none } }]),
        "ValidationException",
        /conditionCheck\.conditionExpression' failed to satisfy constraint: Member must not be null/,
      );
      await refused(
        transact([{ Update: { ...nothing, UpdateExpression: none } }]),
        "ValidationException",
        /update\.updateExpression' failed to satisfy constraint: Member must not be null/,
      );
    },
  },
  {
    name: "transaction-nested-32",
    claim: "A Put of an item that is nested too deep refuses the whole transaction",
    doc: `${guide}/Constraints.html`,
    async run(lab) {
      const { TableName, item, transact } = await open(lab);
      const put = transact([{ Put: { TableName, Item: item({ deep: nested(32) }) } }]);
      await refused(put, "ValidationException", /Nesting Levels have exceeded supported limits/);
    },
  },
]);
