import { describe, expect, it } from "vitest";
import { item, startDynamo, withIndex } from "./testing/start-dynamo.ts";

type Image = Record<string, { S: string }>;
type Record_ = {
  eventID: string;
  eventName: string;
  dynamodb: { SequenceNumber: string; Keys: Image; NewImage?: Image; OldImage?: Image };
  userIdentity?: object;
};

const start = async (StreamViewType = "NEW_AND_OLD_IMAGES", table: object = {}) => {
  const dynamo = await startDynamo({
    table: { StreamSpecification: { StreamEnabled: true, StreamViewType }, ...table },
  });
  const { Streams } = await dynamo.streams("ListStreams", { TableName: "Things" });
  const StreamArn: string = Streams[0].StreamArn;
  const { StreamDescription } = await dynamo.streams("DescribeStream", { StreamArn });
  const ShardId = StreamDescription.Shards[0].ShardId;
  const iterator = async (ShardIteratorType: string, SequenceNumber?: string) =>
    (
      await dynamo.streams("GetShardIterator", {
        StreamArn,
        ShardId,
        ShardIteratorType,
        SequenceNumber,
      })
    ).ShardIterator as string;
  const read = (ShardIterator: string, Limit?: number) =>
    dynamo.streams("GetRecords", { ShardIterator, Limit });
  const records = async (type = "TRIM_HORIZON", from?: string): Promise<Record_[]> =>
    (await read(await iterator(type, from))).Records;
  return { ...dynamo, StreamArn, StreamDescription, iterator, read, records };
};

describe("a table's stream", () => {
  it("has one record for each change, in order, and none when nothing changed", async () => {
    const { put, update, onTable, records } = await start();
    await put(item("a", { x: "1" }));
    await put(item("a", { x: "1" }));
    await update("a", "SET x = :x", { ExpressionAttributeValues: { ":x": { S: "2" } } });
    await onTable("DeleteItem", { Key: item("a") });
    await onTable("DeleteItem", { Key: item("a") });
    const all = await records();
    expect(all.map(({ eventName }) => eventName)).toEqual(["INSERT", "MODIFY", "REMOVE"]);
    expect(all[1]).toMatchObject({
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "us-east-1",
      dynamodb: {
        Keys: item("a"),
        OldImage: item("a", { x: "1" }),
        NewImage: item("a", { x: "2" }),
        ApproximateCreationDateTime: Date.UTC(2026, 0, 1) / 1000,
      },
    });
    const numbers = all.map(({ dynamodb }) => BigInt(dynamodb.SequenceNumber));
    expect(numbers).toEqual(numbers.toSorted((x, y) => (x < y ? -1 : 1)));
    expect(new Set(all.map(({ eventID }) => eventID)).size).toBe(3);
    expect(all[0]?.eventID).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ["KEYS_ONLY", [false, false]],
    ["NEW_IMAGE", [true, false]],
    ["OLD_IMAGE", [false, true]],
    ["NEW_AND_OLD_IMAGES", [true, true]],
  ])("shows with %s what it should", async (view, shown) => {
    const { put, records } = await start(view);
    await put(item("a", { x: "1" }));
    await put(item("a", { x: "2" }));
    const [, { dynamodb }] = (await records()) as [Record_, Record_];
    expect(dynamodb.Keys).toEqual(item("a"));
    expect(["NewImage" in dynamodb, "OldImage" in dynamodb]).toEqual(shown);
  });

  it("has the records of a transaction, and none of a cancelled one", async () => {
    const { db, records } = await start();
    const put = (pk: string, more: object = {}) => ({
      Put: { TableName: "Things", Item: item(pk), ...more },
    });
    await db("TransactWriteItems", { TransactItems: [put("a"), put("b")] });
    const never = { ConditionExpression: "attribute_exists(pk)" };
    await db("TransactWriteItems", { TransactItems: [put("c"), put("d", never)] }).catch(() => {});
    expect((await records()).map(({ dynamodb }) => dynamodb.Keys.pk?.S)).toEqual(["a", "b"]);
  });

  it("is read from its beginning, its end, or a record on", async () => {
    const { put, records, iterator, read } = await start();
    const latest = await iterator("LATEST");
    for (const pk of ["a", "b", "c"]) await put(item(pk));
    const all = await records();
    const second = all[1]?.dynamodb.SequenceNumber;
    expect(await records("AT_SEQUENCE_NUMBER", second)).toEqual(all.slice(1));
    expect(await records("AFTER_SEQUENCE_NUMBER", second)).toEqual(all.slice(2));
    expect(await records("LATEST")).toEqual([]);
    const page = await read(latest, 2);
    expect(page.Records).toEqual(all.slice(0, 2));
    expect((await read(page.NextShardIterator)).Records).toEqual(all.slice(2));
  });

  it("keeps its records for 24 hours, and an iterator for 15 minutes", async () => {
    const { put, records, clock, iterator, read } = await start();
    await put(item("a"));
    const first = (await records())[0]?.dynamodb.SequenceNumber;
    const old = await iterator("TRIM_HORIZON");
    await clock.advance(16 * 60_000);
    await expect(read(old)).rejects.toMatchObject({ code: "ExpiredIteratorException" });
    await clock.advance(23 * 3600_000);
    await put(item("b"));
    expect(await records()).toHaveLength(2);
    await clock.advance(3600_000);
    expect((await records()).map(({ dynamodb }) => dynamodb.Keys.pk?.S)).toEqual(["b"]);
    await expect(iterator("AT_SEQUENCE_NUMBER", first)).rejects.toMatchObject({
      code: "TrimmedDataAccessException",
    });
  });

  it("has the label that its maker wanted, else that of the moment", async () => {
    const { StreamArn, db, onTable } = await start();
    expect(StreamArn).toBe(
      "arn:aws:dynamodb:us-east-1:123456789012:table/Things/stream/2026-01-01T00:00:00.000",
    );
    expect((await onTable("DescribeTable")).Table.LatestStreamArn).toBe(StreamArn);
    const { TableDescription } = await db("CreateTable", {
      TableName: "Other",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      LatestStreamLabel: "from-the-graph",
    });
    expect(TableDescription.LatestStreamArn).toMatch(/:table\/Other\/stream\/from-the-graph$/);
  });

  it("wakes its listeners once a call, when all is written", async () => {
    const { streamsEngine, StreamArn, db, put, records } = await start();
    const seen: Promise<Record_[]>[] = [];
    const stop = streamsEngine.onRecords(StreamArn, () => seen.push(records()));
    const TableName = "Things";
    await db("TransactWriteItems", {
      TransactItems: [
        { Put: { TableName, Item: item("a") } },
        { Put: { TableName, Item: item("b") } },
      ],
    });
    await put(item("b"));
    stop();
    await put(item("c"));
    expect((await Promise.all(seen)).map(({ length }) => length)).toEqual([2]);
  });

  it("ends when its table does, and stays readable", async () => {
    const { put, onTable, records, iterator, read } = await start();
    await put(item("a"));
    await onTable("DeleteTable");
    expect(await records()).toHaveLength(1);
    expect((await read(await iterator("LATEST"))).NextShardIterator).toBeUndefined();
  });
});

describe("time to live", () => {
  const minute = 60_000;
  const inMinutes = (n: number) => Date.UTC(2026, 0, 1) / 1000 + n * 60;
  const enabled = async () => {
    const dynamo = await start("OLD_IMAGE", withIndex());
    await dynamo.onTable("UpdateTimeToLive", {
      TimeToLiveSpecification: { Enabled: true, AttributeName: "expiresAt" },
    });
    return dynamo;
  };

  it("deletes an expired item late, and marks the record as its own", async () => {
    const { clock, put, get, records, units } = await enabled();
    await put(item("a", { expiresAt: inMinutes(60), gsi1pk: "O", gsi1sk: "1" }));
    await put(item("b", { expiresAt: "a text" }));
    units();
    await clock.advance(61 * minute);
    expect(await get("a")).toBeDefined(); // expired, and still there
    await clock.advance(30 * minute);
    expect([await get("a"), await get("b")]).toEqual([
      undefined,
      item("b", { expiresAt: "a text" }),
    ]);
    expect(units().write).toBe(0);
    expect((await records()).at(-1)).toMatchObject({
      eventName: "REMOVE",
      userIdentity: { PrincipalId: "dynamodb.amazonaws.com", Type: "Service" },
      dynamodb: { Keys: item("a") },
    });
  });

  it("leaves an item that was given more time, or none any more", async () => {
    const { clock, put, update, get } = await enabled();
    for (const pk of ["a", "b", "c"]) await put(item(pk, { expiresAt: inMinutes(60) }));
    await update("a", "SET expiresAt = :later", {
      ExpressionAttributeValues: { ":later": { N: String(inMinutes(600)) } },
    });
    await update("b", "REMOVE expiresAt");
    await clock.advance(120 * minute);
    const there = async () => Promise.all(["a", "b", "c"].map(async (pk) => !!(await get(pk))));
    expect(await there()).toEqual([true, true, false]);
    await clock.advance(600 * minute);
    expect(await there()).toEqual([false, true, false]);
  });

  it("keeps what expired more than five years ago, and is not held up by it", async () => {
    const { clock, put, get } = await enabled();
    await put(item("mistake", { expiresAt: 1 }));
    await put(item("a", { expiresAt: inMinutes(1) }));
    await clock.advance(60 * minute);
    expect([await get("mistake"), await get("a")]).toEqual([
      item("mistake", { expiresAt: 1 }),
      undefined,
    ]);
  });

  it("lets virtual time run dry when nothing will expire", async () => {
    const { clock, put, onTable } = await enabled();
    await put(item("a", { expiresAt: inMinutes(1) }));
    await onTable("DeleteItem", { Key: item("a") });
    let asked = 0;
    await clock.runUntil(() => {
      asked += 1;
      return false;
    });
    expect(asked).toBeLessThan(4);
  });

  it("covers the items that were there before", async () => {
    const { clock, put, get, onTable } = await startDynamo();
    await put(item("a", { expiresAt: inMinutes(1) }));
    const TimeToLiveSpecification = { Enabled: true, AttributeName: "expiresAt" };
    await onTable("UpdateTimeToLive", { TimeToLiveSpecification });
    expect(await onTable("DescribeTimeToLive")).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName: "expiresAt" },
    });
    await clock.advance(30 * minute);
    expect(await get("a")).toBeUndefined();
  });
});
