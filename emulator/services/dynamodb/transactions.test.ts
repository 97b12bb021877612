import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { item, startDynamo } from "./testing/start-dynamo.ts";

const TableName = "Things";
const put = (pk: string, n: number, more: object = {}) => ({
  Put: { TableName, Item: item(pk, { n }), ...more },
});
const key = (pk: string) => ({ TableName, Key: item(pk) });

describe("a transaction", () => {
  it("does all of its writes together", async () => {
    const { db, get } = await startDynamo();
    await db("TransactWriteItems", { TransactItems: [put("a", 1), put("b", 2), put("old", 3)] });
    await db("TransactWriteItems", {
      TransactItems: [
        { Delete: key("old") },
        {
          Update: {
            ...key("a"),
            UpdateExpression: "ADD n :one",
            ExpressionAttributeValues: { ":one": { N: "1" } },
          },
        },
        { ConditionCheck: { ...key("b"), ConditionExpression: "attribute_exists(pk)" } },
      ],
    });
    expect(await get("a")).toEqual(item("a", { n: 2 }));
    expect(await get("old")).toBeUndefined();
  });

  it("does nothing when one condition fails, and says which and of what item", async () => {
    const { db, get } = await startDynamo();
    await db("PutItem", { TableName, Item: item("taken", { n: 7 }) });
    const missing = { ConditionExpression: "attribute_not_exists(pk)" };
    const write = db("TransactWriteItems", {
      TransactItems: [
        put("a", 1, missing),
        put("taken", 1, missing),
        put("taken-too", 1, { ...missing, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
        {
          ConditionCheck: {
            ...key("absent"),
            ConditionExpression: "attribute_exists(pk)",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          },
        },
      ],
    });
    await expect(write).rejects.toMatchObject({
      code: "TransactionCanceledException",
      status: 400,
      message:
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None, ConditionalCheckFailed]",
      fields: {
        CancellationReasons: [
          { Code: "None" },
          { Code: "ConditionalCheckFailed", Message: "The conditional request failed" },
          { Code: "None" },
          { Code: "ConditionalCheckFailed", Message: "The conditional request failed" },
        ],
      },
    });
    expect(await get("a")).toBeUndefined();
    await expect(
      db("TransactWriteItems", {
        TransactItems: [
          put("taken", 1, { ...missing, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
        ],
      }),
    ).rejects.toMatchObject({
      fields: {
        CancellationReasons: [{ Code: "ConditionalCheckFailed", Item: item("taken", { n: 7 }) }],
      },
    });
  });

  it("is cancelled by an update that does not fit its item", async () => {
    const { db, get } = await startDynamo();
    await db("PutItem", { TableName, Item: item("a", { n: 1 }) });
    const Update = {
      ...key("a"),
      UpdateExpression: "SET n = n + missed",
      ExpressionAttributeValues: undefined,
    };
    await expect(
      db("TransactWriteItems", { TransactItems: [put("b", 1), { Update }] }),
    ).rejects.toMatchObject({
      code: "TransactionCanceledException",
      fields: { CancellationReasons: [{ Code: "None" }, { Code: "ValidationError" }] },
    });
    expect(await get("b")).toBeUndefined();
  });

  it.each<[string, object[], string]>([
    ["no actions", [], "Member must have length greater than or equal to 1"],
    [
      "more than 100 actions",
      Array.from({ length: 101 }, (_, i) => put(`${i}`, 1)),
      "Member must have length less than or equal to 100",
    ],
    [
      "two actions on one item",
      [put("a", 1), { Delete: key("a") }],
      "Transaction request cannot include multiple operations on one item",
    ],
    [
      "more than 4 MB",
      Array.from({ length: 12 }, (_, i) => ({
        Put: { TableName, Item: item(`${i}`, { text: "x".repeat(390 * 1024) }) },
      })),
      "exceeds the maximum size",
    ],
  ])("refuses %s", async (_name, TransactItems, message) => {
    const { db, onTable } = await startDynamo();
    await expect(db("TransactWriteItems", { TransactItems })).rejects.toMatchObject({
      code: "ValidationException",
      message: expect.stringContaining(message),
    });
    expect((await onTable("Scan")).Count).toBe(0);
  });

  it("is all or nothing, as a naive model of it is", async () => {
    const pk = fc.constantFrom("a", "b", "c", "d");
    const n = fc.integer({ min: 0, max: 3 });
    const action = fc.record({
      kind: fc.constantFrom("Put", "Update", "Delete", "ConditionCheck"),
      pk,
      n,
      expected: fc.option(n, { nil: undefined }),
    });
    const transaction = fc.uniqueArray(action, { selector: (one) => one.pk, minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { maxLength: 12 }), async (transactions) => {
        const { db, onTable } = await startDynamo();
        const model = new Map<string, number>();
        for (const actions of transactions) {
          const holds = actions.every(({ kind, pk, expected }) =>
            expected === undefined
              ? kind !== "ConditionCheck" || !model.has(pk)
              : model.get(pk) === expected,
          );
          const TransactItems = actions.map(({ kind, pk, n, expected }) => {
            const values = {
              ...(expected !== undefined && { ":expected": { N: String(expected) } }),
              ...(kind === "Update" && { ":n": { N: String(n) } }),
            };
            return {
              [kind]: {
                TableName,
                ...(kind === "Put" ? { Item: item(pk, { n }) } : { Key: item(pk) }),
                ...(kind === "Update" && { UpdateExpression: "SET n = :n" }),
                ...(expected !== undefined && { ConditionExpression: "n = :expected" }),
                ...(expected === undefined &&
                  kind === "ConditionCheck" && { ConditionExpression: "attribute_not_exists(pk)" }),
                ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
              },
            };
          });
          const done = await db("TransactWriteItems", { TransactItems }).then(
            () => true,
            (error) => {
              expect(error.code).toBe("TransactionCanceledException");
              return false;
            },
          );
          expect(done).toBe(holds);
          if (!holds) continue;
          for (const { kind, pk, n } of actions)
            if (kind === "Delete") model.delete(pk);
            else if (kind !== "ConditionCheck") model.set(pk, n);
        }
        const { Items } = await onTable("Scan");
        const stored = Items.map((one: Record<string, { S: string; N: string }>) => [
          one.pk?.S,
          Number(one.n?.N),
        ]);
        expect(new Map(stored)).toEqual(model);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ["a ConditionCheck has a condition", "ConditionCheck", "conditionCheck.conditionExpression"],
    ["an Update has an expression", "Update", "update.updateExpression"],
  ])("is refused unless %s", async (_what, action, place) => {
    const { db } = await startDynamo();
    const Key = { pk: { S: "a" }, sk: { S: "1" } };
    await expect(
      db("TransactWriteItems", { TransactItems: [{ [action]: { TableName: "Things", Key } }] }),
    ).rejects.toMatchObject({
      code: "ValidationException",
      message: `1 validation error detected: Value null at 'transactItems.1.member.${place}' failed to satisfy constraint: Member must not be null`,
    });
  });
});

describe("a transaction's token", () => {
  const once = (n: number) => ({
    ClientRequestToken: "token",
    TransactItems: [
      {
        Update: {
          ...key("a"),
          UpdateExpression: "ADD n :n",
          ExpressionAttributeValues: { ":n": { N: String(n) } },
        },
      },
    ],
  });

  it("makes a repetition do nothing, and cost a read, for ten minutes", async () => {
    const { db, get, clock, units } = await startDynamo();
    await db("TransactWriteItems", once(1));
    units();
    await clock.advance(9 * 60_000);
    await db("TransactWriteItems", once(1));
    expect(units()).toEqual({ read: 2, write: 0 });
    expect(await get("a")).toEqual(item("a", { n: 1 }));
    await clock.advance(61_000);
    await db("TransactWriteItems", once(1));
    expect(await get("a")).toEqual(item("a", { n: 2 }));
  });

  it("refuses another request", async () => {
    const { db } = await startDynamo();
    await db("TransactWriteItems", once(1));
    await expect(db("TransactWriteItems", once(2))).rejects.toMatchObject({
      code: "IdempotentParameterMismatchException",
    });
  });

  it("takes members in another order for the same request, and actions or elements for another", async () => {
    const { db } = await startDynamo();
    const puts = (...all: object[]) => ({
      ClientRequestToken: "token",
      TransactItems: all.map((attributes) => ({ Put: { TableName, Item: attributes } })),
    });
    const list = (...all: string[]) => ({ L: all.map((S) => ({ S })) });
    const [a, b] = [item("a", { list: list("1", "2") }), item("b")];
    await db("TransactWriteItems", puts(a, b));
    const turned = Object.fromEntries(Object.entries(a).toReversed());
    await db("TransactWriteItems", puts(turned, b));
    for (const other of [puts(b, a), puts({ ...a, list: list("2", "1") }, b), puts(a)])
      await expect(db("TransactWriteItems", other)).rejects.toMatchObject({
        code: "IdempotentParameterMismatchException",
      });
  });

  it("counts for nothing when the transaction was cancelled", async () => {
    const { db, get } = await startDynamo();
    const request = {
      ClientRequestToken: "token",
      TransactItems: [put("a", 1, { ConditionExpression: "attribute_exists(pk)" })],
    };
    await expect(db("TransactWriteItems", request)).rejects.toThrow();
    await db("PutItem", { TableName, Item: item("a", { n: 9 }) });
    await db("TransactWriteItems", request);
    expect(await get("a")).toEqual(item("a", { n: 1 }));
  });
});
