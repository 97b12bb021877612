import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Told } from "../control/told.ts";
import { liveForTest } from "./live-for-test.ts";

let live: Awaited<ReturnType<typeof liveForTest>>;
beforeEach(async () => {
  live = await liveForTest();
  await live.shop.timeline.mark("opened");
});
afterEach(() => live?.stop());

const begin = (line: string) => live.shop.beside.command?.(line) as Promise<Told>;
const say = (line: string) => live.driven(begin(line));
const pass = (ms: number) => live.machine.pass(live.clock, ms);

describe("a command that is under way when time is paused", () => {
  it.each([
    ["rebuild orders", "The view of orders is rebuilt"],
    ["attention", "Each run of the saga of ord_"],
    ["scenario attention", "Each run of the saga of ord_"],
  ])("(%s) answers that it waits, and goes on with the clock", async (line, then) => {
    const { clock } = live;
    await say("slow 1s for 1m"); // so that an order is a while on its way
    await pass(1_000);
    const answer = begin(line);
    await pass(1);
    await begin("clock pause");
    expect(await answer).toMatchObject({
      said: "It is under way, and waits, for time stands still.",
      next: expect.stringContaining("clock resume"),
    });
    clock.resume();
    await pass(6_000);
    const { list } = await say(line.startsWith("rebuild") ? "rebuild" : "status");
    expect(list?.join("\n")).toContain(then);
  });

  it("does not say so of what waits for nothing: a fork, what is armed, what holds", async () => {
    await begin("clock pause");
    for (const line of ["status", "invariants", "forks", "fork 1", "stop-fork 1"])
      expect((await begin(line)).said).not.toContain("time stands still");
  });
});

describe("the clock", () => {
  it("goes at its usual speed after a reset, as after npm start", async () => {
    await begin("clock speed 0.5");
    await begin("clock pause");
    expect((await begin("reset")).said).toContain("time goes at speed 1");
    expect(live.clock).toMatchObject({ speed: 1, paused: false });
  });

  it("says what one can have of it, where that is left out", async () => {
    await expect(begin("clock")).rejects.toThrow(/pause, resume, step, or speed N/);
  });
});

describe("a command that is under way when time is put back", () => {
  it("answers that nothing of it has happened", async () => {
    await say("slow 1s for 1m");
    const answer = begin("attention");
    await pass(1);
    await begin("rewind 1");
    expect((await answer).said).toBe(
      "Time was put back while this was under way: what it had begun by then has not happened.",
    );
  });
});

describe("what is still to come when time is put back", () => {
  const faults = () => live.shop.beside.faults?.() ?? [];
  const rewindTo = async (id: number) => (await say(`rewind ${id}`)).next;

  it("of attention is given up, and said so: nobody stops the saga of then any more", async () => {
    const { said } = await say("attention");
    const [orderId = ""] = /ord_\w+/.exec(said) ?? [];
    await pass(300);
    const { id } = await live.shop.timeline.mark();
    await pass(200);
    expect(await rewindTo(id)).toContain(
      `What was still to come of this is given up: Each run of the saga of ${orderId} is stopped.`,
    );
    expect(faults()).toEqual([]);
    await pass(120_000);
    const read = live.shop.api({ path: `/orders/${orderId}`, as: "alice" });
    expect((await live.driven(read)).json()).toMatchObject({ status: "CONFIRMED" });
  });

  it("of a scenario and of the robot is given up, and said so once", async () => {
    await say("scenario duplicate");
    await say("robot 1/s");
    await pass(1_000);
    const { id } = await live.shop.timeline.mark();
    expect(await rewindTo(id)).toContain("given up: the robot; the scenario duplicate.");
    const { last } = live.shop.cloud.trace;
    await pass(20_000);
    const lines = live.shop.cloud.trace.entries(last, 1e6).filter(({ kind }) => kind === "outside");
    expect(lines.map(({ what }) => what)).toEqual([]);
    expect(await rewindTo(id)).not.toContain("given up");
  });

  it("of a scenario that is over is nothing", async () => {
    await say("scenario decline");
    await pass(20_000);
    expect(await rewindTo(1)).not.toContain("given up");
  });

  it("of a poisoned message stays, as long as the message is there", async () => {
    await say("scenario well");
    await pass(20_000);
    const { id: before } = await live.shop.timeline.mark();
    const queue = "NotificationsQueueDlq";
    const dead = async () => (await say("status")).list?.at(-1);
    await pass(1_000);
    await say("poison NotificationsQueue stubborn");
    await pass(5_000);
    const { id: after } = await live.shop.timeline.mark();
    await pass(5 * 60_000);
    expect(faults()).toEqual([expect.objectContaining({ hits: expect.toSatisfy((n) => n > 1) })]);
    await rewindTo(after);
    await pass(60 * 60_000);
    expect(await dead()).toContain(`NotificationsQueueDlq 1`);
    expect(faults()).toEqual([]);
    expect((await say(`redrive ${queue}`)).said).toBe("1 done, 0 left.");
    await say("poison NotificationsQueue stubborn");
    expect(await rewindTo(before)).toContain("given up: NotificationsQueue: its consumer fails");
    expect(faults()).toEqual([]);
  });
});

describe("what is said after time was put back", () => {
  it("is of what is there now: the books, and the newest event", async () => {
    await say("scenario well");
    await pass(20_000);
    expect((await say("invariants")).said).toContain("the books of 1 order.");
    expect((await say("duplicate OrderPlaced")).said).toMatch(/^orders\.OrderPlaced/);
    await say("rewind 1");
    expect((await say("invariants")).said).toContain("the books of 0 orders.");
    await expect(say("duplicate OrderPlaced")).rejects.toThrow("No event of OrderPlaced");
  });

  it("a fault that began later has its own time before it, and no more", async () => {
    await pass(60_000);
    await say("pause relay orders for 30s");
    await say("rewind 1");
    await pass(29_000);
    expect((await say("status")).said).toBe("1 thing paused, 1 fault armed.");
    await pass(2_000);
    expect((await say("status")).said).toBe("0 things paused, 0 faults armed.");
  });
});

describe("a moment", () => {
  it.each(["rewind", "fork"])("(%s) that is none is refused in one sentence", async (verb) => {
    for (const word of [
      "-5s",
      "1e9s",
      "05",
      "1.5",
      "2",
      "99999999999999999999",
      "٣s",
      "constructor",
    ])
      await expect(begin(`${verb} ${word}`)).rejects.toThrow(
        `${word} is no time like 30s, and no moment that is kept.`,
      );
    for (const word of ["0s", "0.0000001s", "25h", `${"9".repeat(400)}s`])
      await expect(begin(`${verb} ${word}`)).rejects.toThrow("How far back is a span of time");
    await expect(begin(`${verb} 20h`)).rejects.toThrow("There is no such moment.");
  });

  it("by a span of time is the last kept one that is so long ago, and the answer says so", async () => {
    await pass(5_000);
    const kept = "the kept moment that is nearest to 2 s";
    expect((await begin("fork 2s")).said).toMatch(
      new RegExp(`00:00:00 UTC, ${kept} ago and not later, at`),
    );
    expect((await begin("rewind 2s")).said).toContain(`5 s ago: ${kept} and not later.`);
    expect((await begin("rewind 1")).said).toBe("The shop is where it was at 1.");
  });
});
