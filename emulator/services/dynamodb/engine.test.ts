import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sorted } from "./sorted.ts";
import { item, keySchema, startDynamo, withIndex } from "./testing/start-dynamo.ts";

describe("a table", () => {
  it("is described as it was made, with what is in it", async () => {
    const { put, onTable, db } = await startDynamo({
      table: { ...withIndex(), Tags: [{ Key: "team", Value: "things" }] },
    });
    await put(item("a", { gsi1pk: "OPEN", gsi1sk: "1" }));
    const { Table } = await onTable("DescribeTable");
    expect(Table).toMatchObject({
      TableName: "Things",
      TableStatus: "ACTIVE",
      KeySchema: keySchema("pk", "sk"),
      TableArn: "arn:aws:dynamodb:us-east-1:123456789012:table/Things",
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      ItemCount: 1,
      GlobalSecondaryIndexes: [
        { IndexName: "open", IndexStatus: "ACTIVE", Projection: { ProjectionType: "KEYS_ONLY" } },
      ],
    });
    const ResourceArn = Table.TableArn;
    await db("TagResource", { ResourceArn, Tags: [{ Key: "stage", Value: "local" }] });
    expect((await db("ListTagsOfResource", { ResourceArn })).Tags).toEqual([
      { Key: "team", Value: "things" },
      { Key: "stage", Value: "local" },
    ]);
  });

  it("can be deleted, unless it is protected", async () => {
    const { onTable, db } = await startDynamo({ table: { DeletionProtectionEnabled: true } });
    await expect(onTable("DeleteTable")).rejects.toMatchObject({ code: "ValidationException" });
    await onTable("UpdateTable", { DeletionProtectionEnabled: false });
    expect(await onTable("DeleteTable")).toMatchObject({
      TableDescription: { TableStatus: "DELETING" },
    });
    expect(await db("ListTables")).toEqual({ TableNames: [] });
    await expect(onTable("DescribeTable")).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      message: "Requested resource not found: Table: Things not found",
    });
  });

  it("is updated as a whole or not at all", async () => {
    const { put, onTable } = await startDynamo({ table: withIndex() });
    await put(item("a", { gsi1pk: "OPEN", gsi1sk: "1" }));
    const before = await onTable("DescribeTable");
    await expect(
      onTable("UpdateTable", {
        DeletionProtectionEnabled: true,
        GlobalSecondaryIndexUpdates: [
          { Delete: { IndexName: "open" } },
          {
            Update: {
              IndexName: "none",
              ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
            },
          },
        ],
      }),
    ).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      message: "Requested resource not found: Index: none not found",
    });
    expect(await onTable("DescribeTable")).toEqual(before);
  });

  it("is made once, and of a schema that fits together", async () => {
    const { onTable } = await startDynamo();
    const create = (more: object) =>
      onTable("CreateTable", {
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: keySchema("pk"),
        AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
        ...more,
      });
    await expect(create({})).rejects.toMatchObject({
      code: "ResourceInUseException",
      message: "Table already exists: Things",
    });
    await expect(create({ TableName: "Other", KeySchema: keySchema("no") })).rejects.toMatchObject({
      code: "ValidationException",
      message: expect.stringContaining("Some index key attributes are not defined"),
    });
  });

  it("describes point-in-time recovery as it was set", async () => {
    const { onTable } = await startDynamo();
    const status = async () =>
      (await onTable("DescribeContinuousBackups")).ContinuousBackupsDescription
        .PointInTimeRecoveryDescription.PointInTimeRecoveryStatus;
    expect(await status()).toBe("DISABLED");
    await onTable("UpdateContinuousBackups", {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(await status()).toBe("ENABLED");
  });
});

describe("a sorted list", () => {
  const entry = fc.tuple(
    fc.integer({ min: 0, max: 400 }).map((n) => `k${n}`),
    fc.boolean(),
  );

  it("does as a sorted array does, and its snapshots stay as they were", () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 1500 }),
        fc.integer({ min: 0, max: 1500 }),
        (all, at) => {
          const list = sorted<number>();
          const model = new Map<string, number>();
          const read = (from: string, to: string, reverse: boolean, source = list) => {
            const keys: string[] = [];
            source.walk({ from, to, reverse }, (_value, key) => keys.push(key) > 0);
            return keys;
          };
          let taken: { snapshot: ReturnType<typeof list.snapshot>; keys: string[] } | undefined;
          all.forEach(([key, keep], i) => {
            if (i === at) taken = { snapshot: list.snapshot(), keys: [...model.keys()].toSorted() };
            if (keep) {
              list.set(key, i);
              model.set(key, i);
            } else {
              list.delete(key);
              model.delete(key);
            }
          });
          const keys = [...model.keys()].toSorted();
          expect(read("", "~", false)).toEqual(keys);
          expect(list.size()).toBe(keys.length);
          const between = keys.filter((key) => key >= "k2" && key < "k3");
          expect(read("k2", "k3", true)).toEqual(between.toReversed());
          for (const key of keys) expect(list.get(key)).toBe(model.get(key));
          if (taken) expect(read("", "~", false, sorted(taken.snapshot))).toEqual(taken.keys);
        },
      ),
      { numRuns: 60 },
    );
  });
});
