import { describe, expect, it } from "vitest";
import type { Part } from "../../kernel/keep.ts";
import { base, busArn, hour, ruleArn, start, views } from "./testing/start-events.ts";

describe("an archive", () => {
  const archived = async () => {
    const cloud = await start();
    await cloud.events("CreateArchive", { ArchiveName: "All", EventSourceArn: busArn("Bus") });
    await cloud.rule([views]);
    return cloud;
  };
  const replay = (more = {}) => ({
    ReplayName: "again",
    EventSourceArn: `arn:aws:events:${base}:archive/All`,
    EventStartTime: Date.UTC(2026, 0, 1) / 1000,
    EventEndTime: Date.UTC(2026, 0, 2) / 1000,
    Destination: { Arn: busArn("Bus") },
    ...more,
  });

  it("keeps what its bus took and its pattern wants", async () => {
    const { events, put, entry } = await archived();
    await events("CreateArchive", {
      ArchiveName: "Some",
      EventSourceArn: busArn("Bus"),
      EventPattern: JSON.stringify({ detail: { n: [1] } }),
      RetentionDays: 7,
    });
    await put(entry({ n: 1 }), entry({ n: 2 }), entry({ n: 1 }, { EventBusName: "default" }));
    expect(await events("ListArchives", {})).toMatchObject({
      Archives: [
        { ArchiveName: "All", EventCount: 2, RetentionDays: 0, State: "ENABLED" },
        { ArchiveName: "Some", EventCount: 1, RetentionDays: 7 },
      ],
    });
  });

  it("forgets events after its retention", async () => {
    const { clock, events, put, entry } = await archived();
    await events("UpdateArchive", { ArchiveName: "All", RetentionDays: 1 });
    await put(entry());
    await clock.advance(25 * hour);
    expect(await events("DescribeArchive", { ArchiveName: "All" })).toMatchObject({
      EventCount: 0,
      SizeBytes: 0,
    });
  });

  it("forgets events as time passes, whoever looks, and packed ones with the last of a pack", async () => {
    const { cloud, clock, events, put, entry } = await archived();
    await events("UpdateArchive", { ArchiveName: "All", RetentionDays: 7 });
    for (let n = 0; n < 60; n += 1) {
      await put(...Array.from({ length: 10 }, (_, i) => entry({ n: n * 10 + i })));
      await clock.advance(60_000);
    }
    const kept = () => {
      const sizes = ["events.archived", "events.archive-packs"].map(
        (part) => [...(cloud.keeper.parts.get(part)?.keys() ?? [])].length,
      );
      return sizes;
    };
    expect(kept()).toEqual([600 % 256, 2]);
    await clock.advance(7 * 24 * hour - 30 * 60_000);
    expect(kept()).toEqual([600 % 256, 1]);
    await clock.advance(hour);
    expect(kept()).toEqual([0, 0]);
    expect(await events("DescribeArchive", { ArchiveName: "All" })).toMatchObject({
      EventCount: 0,
      SizeBytes: 0,
    });
    await put(entry());
    expect(await events("DescribeArchive", { ArchiveName: "All" })).toMatchObject({
      EventCount: 1,
    });
  });

  it("takes a fifth of what its events take, packed, and replays them all the same", async () => {
    const { cloud, clock, events, put, entry } = await archived();
    const ids: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      const entries = Array.from({ length: 10 }, (_, i) =>
        entry({
          thing: `thg_${n}_${i}`,
          lines: [{ sku: "nut", quantity: 1, price: 499 }],
          total: 499,
        }),
      );
      const { Entries } = await put(...entries);
      ids.push(...Entries.map(({ EventId }: { EventId: string }) => EventId));
    }
    const { SizeBytes } = await events("DescribeArchive", { ArchiveName: "All" });
    const part = cloud.keeper.parts.get("events.archive-packs") as Part;
    const packs = [...part.keys()].map(part.get);
    expect(packs).toHaveLength(2);
    const packed = JSON.stringify(packs).length;
    expect(packed).toBeLessThan((SizeBytes / 5) * (512 / 600));
    await clock.advance(1_000);
    const told: unknown[] = [];
    cloud.observe(({ kind, replay, eventId }) => {
      if (kind === "events.delivered" && replay) told.push(eventId);
    });
    await events("StartReplay", replay());
    await clock.advance(1_000);
    expect(told.toSorted()).toEqual(ids.toSorted());
  });

  it("is replayed ten times at once at most, and forgets a replay 90 days after its end", async () => {
    const { clock, events, put, entry } = await archived();
    await put(entry());
    for (let n = 0; n < 10; n += 1) await events("StartReplay", replay({ ReplayName: `r${n}` }));
    await expect(events("StartReplay", replay())).rejects.toMatchObject({
      code: "LimitExceededException",
    });
    await clock.advance(90 * 24 * hour);
    expect((await events("ListReplays", {})).Replays).toHaveLength(10);
    await clock.advance(2_000);
    await events("StartReplay", replay());
    expect((await events("ListReplays", {})).Replays).toHaveLength(1);
  });

  it("is replayed in order: same ids, with the replay's name, and not archived again", async () => {
    const { clock, events, put, entry, bodies } = await archived();
    await put(entry({ n: 1 }));
    await clock.advance(60_000);
    await put(entry({ n: 2 }), entry({ n: 3 }));
    await clock.advance(1_000);
    const first = await bodies("Views");
    expect(await events("StartReplay", replay())).toMatchObject({ State: "STARTING" });
    await clock.advance(1_000);
    const second = await bodies("Views");
    const inOrder = second.toSorted((a, b) => a.detail.n - b.detail.n);
    expect(inOrder).toEqual(
      first
        .toSorted((a, b) => a.detail.n - b.detail.n)
        .map((event) => ({ ...event, "replay-name": "again" })),
    );
    expect(await events("DescribeArchive", { ArchiveName: "All" })).toMatchObject({
      EventCount: 3,
    });
    expect(await events("DescribeReplay", { ReplayName: "again" })).toMatchObject({
      State: "COMPLETED",
      EventLastReplayedTime: Date.UTC(2026, 0, 1, 0, 1) / 1000,
    });
  });

  it("is replayed event by event, each as a gate lets it: lost it is brought again, and doubled it comes twice", async () => {
    const { clock, events, put, entry, bodies, cloud } = await archived();
    await put(entry({ n: 1 }), entry({ n: 2 }));
    await clock.advance(1_000);
    const fates = ["lost", "once", "twice"];
    cloud.guard(
      async (call, next) => {
        if (call.operation !== "Replay") return next(call);
        const fate = fates.shift();
        if (fate === "lost") throw new Error("lost");
        if (fate === "twice") await next(call);
        return next(call);
      },
      { acts: true },
    );
    await bodies("Views");
    await events("StartReplay", replay());
    await clock.advance(5_000);
    const again = (await bodies("Views")).map(({ detail }) => detail.n);
    expect(again.toSorted()).toEqual([1, 2, 2]);
    expect(await events("DescribeReplay", { ReplayName: "again" })).toMatchObject({
      State: "COMPLETED",
    });
  });

  it("is replayed for a span of time, to chosen rules", async () => {
    const { clock, events, put, entry, bodies } = await archived();
    await put(entry({ n: 1 }));
    await clock.advance(60_000);
    await put(entry({ n: 2 }));
    await clock.advance(1_000);
    await bodies("Views");
    const span = { EventStartTime: Date.UTC(2026, 0, 1, 0, 1) / 1000 };
    const Destination = { Arn: busArn("Bus"), FilterArns: [`${ruleArn}Other`] };
    await events("StartReplay", replay({ ...span, ReplayName: "none", Destination }));
    await clock.advance(1_000);
    expect(await bodies("Views")).toEqual([]);
    await events(
      "StartReplay",
      replay({ ...span, Destination: { ...Destination, FilterArns: [ruleArn] } }),
    );
    await clock.advance(1_000);
    expect(await bodies("Views")).toMatchObject([{ detail: { n: 2 }, "replay-name": "again" }]);
  });

  it("stops being replayed when the replay is cancelled", async () => {
    const { clock, events, put, entry, bodies } = await archived();
    await put(entry(), entry());
    await clock.advance(1_000);
    await bodies("Views");
    await events("StartReplay", replay());
    await events("CancelReplay", { ReplayName: "again" });
    await clock.advance(1_000);
    expect(await bodies("Views")).toEqual([]);
    expect(await events("ListReplays", { State: "CANCELLED" })).toMatchObject({
      Replays: [{ ReplayName: "again" }],
    });
  });

  it("is not replayed to another bus, backwards, or from nothing", async () => {
    const { events } = await archived();
    const starts = (more: object) => events("StartReplay", replay(more));
    await expect(starts({ Destination: { Arn: busArn("default") } })).rejects.toThrow(
      /Cross event bus replay is not permitted/,
    );
    await expect(starts({ EventEndTime: 0 })).rejects.toThrow(/must be before EventEndTime/);
    await expect(
      starts({ EventSourceArn: `arn:aws:events:${base}:archive/Nothing` }),
    ).rejects.toThrow(/Archive Nothing does not exist/);
  });
});
