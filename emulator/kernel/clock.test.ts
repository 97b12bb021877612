import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Clock, realClock, virtualClock } from "./clock.ts";
import { forwardTime } from "./forward-time.ts";

const sleep = (clock: Clock, ms: number) =>
  new Promise<void>((resolve) => clock.after(ms, "sleep", resolve));

describe("the virtual clock", () => {
  it("runs everything in the order of its time, and stands where it was told to", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(10_000), { maxLength: 50 }), async (delays) => {
        const clock = virtualClock({ start: 0 });
        const ran: number[] = [];
        for (const delay of delays) clock.after(delay, "task", () => ran.push(clock.now()));
        await clock.advance(20_000);
        expect(ran).toEqual(delays.toSorted((a, b) => a - b));
        expect(clock.now()).toBe(20_000);
      }),
      { numRuns: 30 },
    );
  });

  it("lets a task wait for later time", async () => {
    const clock = virtualClock({ start: 0 });
    const seen: number[] = [];
    clock.after(10, "work", async () => {
      await sleep(clock, 100);
      seen.push(clock.now());
    });
    await clock.advance(1000);
    expect(seen).toEqual([110]);
  });

  it("forgets timers that were cancelled, long before their time, and keeps the order of the others", async () => {
    const clock = virtualClock({ start: 0 });
    const ran: number[] = [];
    const week = 7 * 24 * 3600_000;
    for (let i = 0; i < 5_000; i++) {
      const limit = clock.after(week, "a limit", () => ran.push(-1));
      if (i % 100 === 0) clock.after(10_000 - i, "task", () => ran.push(clock.now()));
      limit.cancel();
      limit.cancel();
      expect(clock.waiting()).toBeLessThan(200);
    }
    await clock.advance(2 * week);
    expect(ran).toHaveLength(50);
    expect(ran).toEqual(ran.toSorted((a, b) => a - b));
    expect(clock.waiting()).toBe(0);
  });

  it("lets no time pass when all that would come was cancelled", async () => {
    const clock = virtualClock({ start: 0 });
    clock.after(1_000, "task", () => {}).cancel();
    expect(await clock.runUntil(() => false, 5_000)).toBe(false);
    expect(clock.now()).toBe(0);
  });

  it("decides between what is due at once by its seed, and the same way each time", async () => {
    const order = async (seed: number) => {
      const clock = virtualClock({ seed, start: 0 });
      const ran: number[] = [];
      for (let i = 0; i < 20; i++) clock.after(5, `task ${i}`, () => ran.push(i));
      await clock.advance(5);
      return ran.join();
    };
    expect(await order(1)).toBe(await order(1));
    expect(await order(1)).not.toBe(await order(2));
  });

  it("lets no time pass for what was cancelled, nor while real work is under way", async () => {
    const clock = virtualClock({ start: 0 });
    clock.after(500, "never", () => expect.unreachable()).cancel();
    let finished = 0;
    void clock
      .hold(new Promise((resolve) => setImmediate(() => setImmediate(resolve))))
      .then(() => {
        finished = clock.now() + 1;
      });
    clock.after(1, "later", () => expect(finished).toBe(1));
    expect(await clock.runUntil(() => clock.now() === 1, 1000)).toBe(true);
    expect(finished).toBe(1);
  });

  it("answers whether what was waited for came true", async () => {
    const clock = virtualClock({ start: 0 });
    let open = false;
    clock.after(50, "open", () => {
      open = true;
    });
    expect(await clock.runUntil(() => open, 40)).toBe(false);
    expect(await clock.runUntil(() => open, 40)).toBe(true);
  });
});

describe("the real clock", () => {
  it("reports a task that fails, and goes on", async () => {
    const heard = await new Promise<string>((resolve) => {
      const clock = realClock((error, label) =>
        clock.after(0, "next", () => resolve(`${label}: ${error}, and went on`)),
      );
      clock.after(0, "first", () => {
        throw new Error("oh");
      });
    });
    expect(heard).toBe("first: Error: oh, and went on");
  });

  it("does not run at once what is due in a month", async () => {
    const clock = realClock(() => {});
    clock.after(31 * 24 * 3600_000, "in a month", () => expect.unreachable());
    await new Promise((resolve) => clock.after(5, "soon", () => resolve(undefined)));
    clock.stop();
  });

  it("does what is due when the wall has gone ahead, as after a sleep, and what is not due does not happen", async () => {
    let slept = 0;
    const sources = { wall: () => Date.now() + slept, lookEvery: 5 };
    const clock = realClock(() => {}, sources);
    const due = sleep(clock, 3600_000);
    clock.after(2 * 3600_000 + 60_000, "later", () => expect.unreachable());
    slept = 2 * 3600_000;
    await due;
    clock.stop();
  });

  it("keeps its timers when the wall is put back", async () => {
    let back = 0;
    const clock = realClock(() => {}, { wall: () => Date.now() - back, lookEvery: 5 });
    back = 10_000;
    const began = clock.now();
    await sleep(clock, 50);
    expect(clock.now()).toBeGreaterThan(began);
    clock.stop();
  });
});

describe("time that goes forward", () => {
  /** A wall and a monotonic clock as a test sets them. */
  const hands = () => {
    const at = { wall: 1_000_000, monotonic: 500 };
    const pass = (ms: number, wall = ms) => {
      at.wall += wall;
      at.monotonic += ms;
    };
    const time = (notBefore?: number) =>
      forwardTime({
        wall: () => at.wall,
        monotonic: () => at.monotonic,
        ...(notBefore !== undefined && { notBefore }),
      });
    return { time, pass };
  };

  it("passes at the normal pace while the wall is ten seconds back", () => {
    const { time, pass } = hands();
    const now = time();
    pass(100, -10_000);
    expect(now()).toBe(1_000_100);
    pass(9_000);
    expect(now()).toBe(1_009_100);
  });

  it("goes on from where the wall is after a sleep, of which the monotonic clock knows nothing", () => {
    const { time, pass } = hands();
    const now = time();
    pass(10, 3600_000);
    expect(now()).toBe(4_600_000);
    pass(10);
    expect(now()).toBe(4_600_010);
  });

  it("starts where an earlier life has been, and passes from there although the wall is not there yet", () => {
    const { time, pass } = hands();
    const now = time(1_030_000);
    expect(now()).toBe(1_030_000);
    pass(250);
    expect(now()).toBe(1_030_250);
    pass(0, 60_000);
    expect(now()).toBe(1_060_250);
  });

  it("never goes back and loses none of the time that passes, whatever is done to the wall", () => {
    const step = fc.record({
      eighths: fc.nat(40_000), // of a millisecond
      wall: fc.integer({ min: -(10 ** 7), max: 10 ** 7 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { time, pass } = hands();
        const now = time();
        for (const { eighths, wall } of steps) {
          const before = now();
          pass(eighths / 8, wall);
          expect(now() - before).toBeGreaterThanOrEqual(Math.floor(eighths / 8));
          expect(Number.isInteger(now())).toBe(true);
        }
      }),
    );
  });
});
