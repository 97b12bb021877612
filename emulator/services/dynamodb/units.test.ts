import { describe, expect, it } from "vitest";
import { item, startDynamo, withIndex } from "./testing/start-dynamo.ts";

const kilobytes = (n: number) => "x".repeat(Math.round(n * 1024));
const missing = { ConditionExpression: "attribute_not_exists(pk)" };

describe("write units", () => {
  it("round up to 1 KB, by the larger of the old and the new item", async () => {
    const { put, onTable, units } = await startDynamo();
    await put(item("a", { text: kilobytes(1.1) }));
    expect(units().write).toBe(2);
    await put(item("a", { text: "short" }));
    expect(units().write).toBe(2);
    await put(item("a", { text: "short" }));
    expect(units().write).toBe(1);
    await onTable("DeleteItem", { Key: item("absent") });
    expect(units().write).toBe(1);
  });

  it("are also consumed by a write that its condition refuses", async () => {
    const { put, units } = await startDynamo();
    await put(item("a", { text: kilobytes(2.5) }));
    units();
    await expect(put(item("a"), missing)).rejects.toThrow();
    expect(units().write).toBe(3);
  });

  it("double in transactions, conditions and checks included", async () => {
    const { db, put, units } = await startDynamo();
    await put(item("check", { text: kilobytes(1.5) }));
    units();
    const TableName = "Things";
    await db("TransactWriteItems", {
      TransactItems: [
        { Put: { TableName, Item: item("a", { text: kilobytes(1.1) }), ...missing } },
        {
          ConditionCheck: {
            TableName,
            Key: item("check"),
            ConditionExpression: "attribute_exists(pk)",
          },
        },
      ],
    });
    expect(units()).toEqual({ read: 0, write: 8 });
  });

  it("of an index are consumed only when what it holds changes", async () => {
    const { put, update, units, onTable } = await startDynamo({ table: withIndex() });
    const open = { gsi1pk: "OPEN", gsi1sk: "1" };
    const values = (text: string) => ({ ExpressionAttributeValues: { ":x": { S: text } } });
    await put(item("a", { ...open, x: "x" }));
    expect(units().write).toBe(2);
    await update("a", "SET x = :x", values("other"));
    expect(units().write).toBe(1);
    await put(item("a", { ...open, x: "again" }));
    expect(units().write).toBe(1);
    await update("a", "SET gsi1sk = :x", values("2"));
    expect(units().write).toBe(3); // the old entry goes, a new one comes
    await update("a", "REMOVE gsi1pk");
    expect(units().write).toBe(2);
    await onTable("DeleteItem", { Key: item("a") });
    expect(units().write).toBe(1);
  });

  it("of an index do not double in transactions", async () => {
    const { db, units } = await startDynamo({ table: withIndex() });
    const Item = item("a", { gsi1pk: "OPEN", gsi1sk: "1" });
    const answer = await db("TransactWriteItems", {
      TransactItems: [{ Put: { TableName: "Things", Item } }],
      ReturnConsumedCapacity: "INDEXES",
    });
    expect(units().write).toBe(3);
    expect(answer.ConsumedCapacity).toEqual([
      {
        TableName: "Things",
        CapacityUnits: 3,
        WriteCapacityUnits: 3,
        Table: { CapacityUnits: 2, WriteCapacityUnits: 2 },
        GlobalSecondaryIndexes: { open: { CapacityUnits: 1, WriteCapacityUnits: 1 } },
      },
    ]);
  });
});

describe("read units", () => {
  it("round up to 4 KB and halve for eventually consistent reads", async () => {
    const { put, get, units } = await startDynamo();
    await put(item("a", { text: kilobytes(4.5) }));
    units();
    await get("a");
    expect(units().read).toBe(1);
    await get("a", "1", { ConsistentRead: true });
    expect(units().read).toBe(2);
    await get("absent");
    expect(units().read).toBe(0.5);
  });

  it("of a query are those of all its items together", async () => {
    const { put, onTable, units } = await startDynamo();
    for (const sk of ["1", "2", "3"]) await put(item("a", { sk, text: kilobytes(1) }));
    units();
    const query = {
      KeyConditionExpression: "pk = :p",
      ExpressionAttributeValues: { ":p": { S: "a" } },
      ConsistentRead: true,
    };
    await onTable("Query", query);
    expect(units().read).toBe(1);
  });

  it("double in transactions", async () => {
    const { db, units } = await startDynamo();
    const Get = { TableName: "Things", Key: item("absent") };
    expect(await db("TransactGetItems", { TransactItems: [{ Get }] })).toEqual({ Responses: [{}] });
    expect(units().read).toBe(2);
  });
});

describe("every call", () => {
  it("tells observers its units, table and caller, whatever it asked for", async () => {
    const { put, facts } = await startDynamo();
    await put(item("a"));
    expect(facts).toEqual([
      {
        kind: "dynamodb.units",
        operation: "PutItem",
        caller: { name: "administrator", role: "administrator" },
        table: "Things",
        readUnits: 0,
        writeUnits: 1,
      },
    ]);
  });

  it("answers its units as it was asked to", async () => {
    const { put } = await startDynamo({ table: withIndex() });
    const write = (ReturnConsumedCapacity?: string) =>
      put(item("a", { gsi1pk: "OPEN", gsi1sk: `${Math.PI}` }), { ReturnConsumedCapacity });
    expect(await write("INDEXES")).toEqual({
      ConsumedCapacity: {
        TableName: "Things",
        CapacityUnits: 2,
        Table: { CapacityUnits: 1 },
        GlobalSecondaryIndexes: { open: { CapacityUnits: 1 } },
      },
    });
    expect(await write("TOTAL")).toEqual({
      ConsumedCapacity: { TableName: "Things", CapacityUnits: 1 },
    });
    expect(await write()).toEqual({});
  });
});
