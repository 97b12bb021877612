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
