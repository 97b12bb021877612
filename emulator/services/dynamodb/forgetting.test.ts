import { describe, expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud } from "../../kernel/cloud.ts";
import type { Part } from "../../kernel/keep.ts";
import { dynamoEngines } from "./engine.ts";
import { dynamoOf, item, keySchema } from "./testing/start-dynamo.ts";

const [minute, hour] = [60_000, 3600_000];

const start = async (mostRecords = 25_000) => {
  const clock = virtualClock({ seed: 1 });
  const { dynamodb, streams } = dynamoEngines({ mostRecords });
  const dynamo = dynamoOf({ ...createCloud(clock, [dynamodb, streams]), clock });
  await dynamo.onTable("CreateTable", {
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: keySchema("pk", "sk"),
    AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({
      AttributeName,
      AttributeType: "S",
    })),
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
  });
  const { StreamArn } = (await dynamo.streams("ListStreams")).Streams[0];
  const oldest = async () =>
    (
      await dynamo.streams("GetShardIterator", {
        StreamArn,
        ShardId: "shardId-00000000000000000000-00000001",
        ShardIteratorType: "TRIM_HORIZON",
      })
    ).ShardIterator as string;
  const read = async (ShardIterator: string, Limit = 1000) =>
    dynamo.streams("GetRecords", { ShardIterator, Limit });
  const puts = async (from: number, to: number) => {
    for (let n = from; n < to; n++) await dynamo.put(item(`a${n}`, { n }));
  };
  const trimmed = () => dynamo.facts.filter(({ kind }) => kind === "stream.trimmed");
  const kept = (part: string) =>
    [...(dynamo.cloud.keeper.parts.get(`dynamodb.${part}`)?.keys() ?? [])].length;
  return { ...dynamo, StreamArn, oldest, read, puts, trimmed, kept };
};

describe("what has had its time", () => {
  it("is forgotten though nobody looks: records after a day, all but the newest", async () => {
    const { puts, kept, clock } = await start();
    await puts(0, 10);
    await clock.advance(24 * hour);
    expect(kept("records")).toBe(10);
    await clock.advance(hour + minute);
    expect(kept("records")).toBe(1);
  });

  it("is forgotten though nobody looks: the stream of a table that is no more", async () => {
    const { puts, kept, onTable, clock } = await start();
    await puts(0, 2);
    await onTable("DeleteTable");
    await clock.advance(25 * hour + minute);
    expect([kept("streams"), kept("records")]).toEqual([0, 0]);
  });

  it("is deleted in slices, when much expires at once", async () => {
    const { cloud, onTable, put, kept, clock } = await start();
    await onTable("UpdateTimeToLive", {
      TimeToLiveSpecification: { Enabled: true, AttributeName: "until" },
    });
    const until = clock.now() / 1000 + 60;
    for (let n = 0; n < 350; n++) await put(item(`a${n}`, { until: until + (n % 3) }));
    await clock.advance(hour);
    expect(kept("rows")).toBe(0);
    const records = cloud.keeper.parts.get("dynamodb.records") as Part;
    const moments = [...records.keys()]
      .map((key) => records.get(key) as { event: string; at: number })
      .filter(({ event }) => event === "REMOVE");
    expect(moments).toHaveLength(350);
    for (const together of Map.groupBy(moments, ({ at }) => at).values())
      expect(together.length).toBeLessThanOrEqual(100);
  });

  it("is deleted when its time came only where gates let it: late, once, and not what was renewed meanwhile", async () => {
    const { cloud, onTable, put, kept, clock } = await start();
    await onTable("UpdateTimeToLive", {
      TimeToLiveSpecification: { Enabled: true, AttributeName: "until" },
    });
    const began = clock.now();
    for (const key of ["refused", "late", "twice", "renewed"])
      await put(item(key, { until: began / 1000 + 60 }));
    const asked: unknown[] = [];
    let refuse = true;
    cloud.guard(
      async (call, next) => {
        if (call.operation !== "Expire") return next(call);
        const key = call.input.Key.pk.S;
        asked.push([call.caller.name, call.input.TableName, key]);
        if (key === "refused" && refuse) throw new Error("not today");
        if (key !== "twice" && key !== "refused")
          await new Promise<void>((resolve) => clock.after(10 * minute, "late", resolve));
        await next(call);
        return next(call);
      },
      { acts: true },
    );
    await clock.advance(22 * minute);
    expect(new Set(asked.slice(0, 4).map(String)).size).toBe(4);
    expect(kept("rows")).toBe(3);
    await put(item("renewed", { until: clock.now() / 1000 + 3600 }));
    await clock.advance(12 * minute);
    expect(kept("rows")).toBe(2);
    refuse = false;
    await clock.advance(2 * minute);
    expect(kept("rows")).toBe(1);
    const records = cloud.keeper.parts.get("dynamodb.records") as Part;
    const events = [...records.keys()].map((key) => (records.get(key) as { event: string }).event);
    expect(events.filter((event) => event === "REMOVE")).toHaveLength(3);
  });

  it("is forgotten though nobody looks: tokens of transactions after ten minutes", async () => {
    const { db, kept, clock } = await start();
    for (let n = 0; n < 5; n++)
      await db("TransactWriteItems", {
        ClientRequestToken: `token-${n}`,
        TransactItems: [{ Put: { TableName: "Things", Item: item("a", { n }) } }],
      });
    expect(kept("tokens")).toBe(5);
    await clock.advance(11 * minute + 1);
    expect(kept("tokens")).toBe(0);
  });
});

describe("a stream with more records than this process keeps", () => {
  it("forgets the oldest, and says how many of them nobody has read", async () => {
    const { puts, kept, trimmed, StreamArn, oldest, read } = await start(100);
    await puts(0, 110);
    expect([kept("records"), trimmed()]).toEqual([110, []]);
    await puts(110, 111);
    expect(kept("records")).toBe(100);
    expect(trimmed()).toMatchObject([
      { kind: "stream.trimmed", source: StreamArn, count: 11, most: 100 },
    ]);
    const { Records } = await read(await oldest());
    expect(Records[0].dynamodb.NewImage.n).toEqual({ N: "11" });
    expect(Records).toHaveLength(100);
  });

  it("says nothing of those that were read", async () => {
    const { puts, trimmed, oldest, read } = await start(100);
    await puts(0, 50);
    const { NextShardIterator } = await read(await oldest());
    await puts(50, 111);
    expect(trimmed()).toEqual([]);
    expect((await read(NextShardIterator)).Records).toHaveLength(61);
    await puts(111, 122);
    expect(trimmed()).toEqual([]);
  });

  it("keeps two fifths as many of those that somebody has read, and all others", async () => {
    const { puts, kept, trimmed, oldest, read } = await start(100);
    await puts(0, 44);
    const { NextShardIterator } = await read(await oldest());
    await puts(44, 45);
    expect(kept("records")).toBe(40);
    await puts(45, 144);
    expect(trimmed()).toEqual([]);
    expect((await read(NextShardIterator)).Records).toHaveLength(100);
  });

  it("tells a reader that came too late", async () => {
    const { puts, oldest, read } = await start(100);
    await puts(0, 1);
    const iterator = await oldest();
    await puts(1, 120);
    await expect(read(iterator)).rejects.toMatchObject({ code: "TrimmedDataAccessException" });
  });
});
