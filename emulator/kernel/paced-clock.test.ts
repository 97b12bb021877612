import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PacedClock, type PacedClockOptions, pacedClock } from "./paced-clock.ts";
import { fakeWall } from "./testing/fake-wall.ts";

const opened = (options: PacedClockOptions = {}) => {
  const machine = fakeWall();
  const clock = pacedClock({ ...machine, ...options });
  const ran: [label: string, at: number][] = [];
  const note = (label: string) => () => ran.push([label, clock.now()]);
  const plan = (ms: number, label = `after ${ms}`) => clock.after(ms, label, note(label));
  const began = clock.now();
  return {
    machine,
    clock,
    ran,
    plan,
    note,
    pass: (ms: number) => machine.pass(clock, ms),
    passed: () => clock.now() - began,
    times: () => ran.map(([label, at]) => `${label}: ${at - began}`),
  };
};

describe("a paced clock", () => {
  it("keeps the time of the wall, and runs what is due when it is due", async () => {
    const { pass, plan, times, passed, clock, machine } = opened();
    expect(clock.now()).toBe(machine.wall());
    plan(250);
    plan(100);
    await pass(99);
    expect(times()).toEqual([]);
    await pass(1);
    expect(times()).toEqual(["after 100: 100"]);
    await pass(10_000);
    expect(times()).toEqual(["after 100: 100", "after 250: 250"]);
    expect(passed()).toBe(10_100);
  });

  it("has one timer of the machine, however many of its own, and none when nothing is to come", async () => {
    const { pass, plan, machine } = opened();
    for (let ms = 500; ms > 0; ms -= 50) plan(ms);
    expect(machine.armed()).toBe(1);
    await pass(300);
    expect(machine.armed()).toBe(1);
    await pass(300);
    expect(machine.armed()).toBe(0);
  });

  it.each([0.125, 0.5, 2, 4])("passes at %f of the wall's speed", async (speed) => {
    const { pass, plan, times, passed, clock } = opened();
    clock.setSpeed(speed);
    plan(1_000);
    await pass(1_000 / speed - 1);
    expect(times()).toEqual([]);
    await pass(1);
    expect(times()).toEqual(["after 1000: 1000"]);
    expect(passed()).toBe(1_000);
  });

  it.each([0, -1, 4.1, Number.NaN, "1" as never])("refuses the speed %s", (speed) => {
    expect(() => opened().clock.setSpeed(speed)).toThrow(
      `A speed is over 0 and at most 4, or Infinity, not ${speed}.`,
    );
    expect(() => pacedClock({ speed })).toThrow(RangeError);
  });

  it("waits for nothing at speed Infinity, and for the wall again afterwards", async () => {
    const { pass, plan, times, passed, clock } = opened({ speed: Number.POSITIVE_INFINITY });
    const week = 7 * 24 * 3600_000;
    plan(week);
    plan(2 * week, "then");
    await pass(0);
    expect(times()).toEqual([`after ${week}: ${week}`, `then: ${2 * week}`]);
    clock.setSpeed(1);
    plan(100);
    await pass(50);
    expect(passed()).toBe(2 * week + 50);
    expect(times()).toHaveLength(2);
    await pass(50);
    expect(times()).toHaveLength(3);
  });

  it("stands still while it is paused, and goes on from there", async () => {
    const { pass, plan, times, passed, clock, machine } = opened();
    plan(100);
    await pass(60);
    clock.pause();
    await pass(3600_000);
    expect([clock.paused, passed(), machine.armed()]).toEqual([true, 60, 0]);
    clock.resume();
    await pass(39);
    expect(times()).toEqual([]);
    await pass(1);
    expect(times()).toEqual(["after 100: 100"]);
  });

  it("makes one decision a step, with all that follows without a timer, and no other", async () => {
    const { pass, clock, note, times, passed } = opened();
    const sleep = (ms: number) =>
      new Promise<void>((resolve) => clock.after(ms, "sleep", () => resolve()));
    clock.after(40, "first", async () => {
      await Promise.resolve();
      note("in the first")();
      await sleep(20);
      note("after its sleep")();
    });
    clock.after(50, "second", note("second"));
    clock.pause();
    expect(clock.next()).toMatchObject({ label: "first" });
    expect(await clock.step()).toMatchObject({ label: "first" });
    expect(times()).toEqual(["in the first: 40"]);
    await pass(1_000);
    expect(passed()).toBe(40);
    expect(await clock.step()).toMatchObject({ label: "second" });
    expect(await clock.step()).toMatchObject({ label: "sleep" });
    expect(times()).toEqual(["in the first: 40", "second: 50", "after its sleep: 60"]);
    expect(await clock.step()).toBeUndefined();
    expect(clock.paused).toBe(true);
  });

  it("makes as many decisions as it was asked for, when it is asked several times at once", async () => {
    const { plan, clock, ran } = opened();
    for (let i = 1; i <= 5; i++) plan(i);
    await Promise.all([clock.step(), clock.step(), clock.step()]);
    expect(ran.map(([label]) => label)).toEqual(["after 1", "after 2", "after 3"]);
  });

  it("is not late on a busy machine: what is due next is done before what would end it for being slow", async () => {
    const { machine, clock, pass, note, times } = opened();
    const limit = clock.after(3_000, "time-out", note("time-out"));
    clock.after(100, "work", () => {
      machine.busy(60_000);
      clock.after(2_000, "the rest of the work", () => {
        limit.cancel();
        note("done")();
      });
    });
    await pass(100);
    await pass(2_000);
    expect(times()).toEqual(["done: 2100"]);
  });

  it("lags behind a machine that was busy for long, and does not run after it", async () => {
    const { machine, clock, pass, plan, passed } = opened();
    plan(1_000);
    machine.busy(3600_000);
    await pass(0);
    expect(passed()).toBeLessThanOrEqual(2_000);
    plan(60_000);
    await pass(50_000);
    expect(clock.next()).toBeDefined();
  });

  it("takes along what is due when the wall goes ahead, as after a sleep, each at its time", async () => {
    const { machine, pass, plan, times, passed } = opened();
    for (const ms of [100, 60_000, 3600_000, 2 * 3600_000 + 60_000]) plan(ms);
    machine.jump(2 * 3600_000);
    await pass(1_000);
    expect(times()).toEqual(["after 100: 100", "after 60000: 60000", "after 3600000: 3600000"]);
    expect(passed()).toBe(2 * 3600_000 + 1_000);
  });

  it("does not count a sleep while it is paused", async () => {
    const { machine, clock, pass, plan, ran, passed } = opened();
    plan(100);
    clock.pause();
    machine.jump(3600_000);
    await pass(10);
    clock.resume();
    await pass(10);
    expect([passed(), ran]).toEqual([10, []]);
  });

  it("is not changed by a wall that is put back", async () => {
    const { machine, pass, plan, times, passed } = opened();
    plan(100);
    machine.jump(-3600_000);
    await pass(100);
    expect(times()).toEqual(["after 100: 100"]);
    expect(passed()).toBe(100);
  });

  it("starts no earlier than where an earlier life has been", () => {
    expect(opened({ notBefore: 5_000_000 }).clock.now()).toBe(5_000_000);
  });

  it("waits for real work before it decides anything", async () => {
    const { clock, pass, plan, ran } = opened();
    const { promise, resolve } = Promise.withResolvers<void>();
    void clock.hold(promise);
    plan(10);
    const passing = pass(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ran).toEqual([]);
    resolve();
    await passing;
    expect(ran).toHaveLength(1);
  });

  it("stands until something comes from outside, if it is to", async () => {
    const { clock, pass, plan, passed, ran } = opened();
    plan(100);
    clock.stand();
    await pass(500);
    expect([clock.standing, passed()]).toEqual([true, 0]);
    clock.pause();
    clock.arrived();
    await pass(500);
    expect([clock.standing, clock.paused, passed()]).toEqual([false, true, 0]);
    clock.resume();
    await pass(100);
    expect(ran).toHaveLength(1);
  });

  it("goes back to a moment, forgets what was to come, and draws the same again", async () => {
    const { clock, pass, plan, ran, passed } = opened();
    await pass(10);
    const moment = clock.moment();
    const drawn = [clock.random(), clock.random()];
    plan(500);
    await pass(200);
    clock.turnBack(moment);
    expect(passed()).toBe(10);
    expect([clock.random(), clock.random()]).toEqual(drawn);
    await pass(1_000);
    expect([passed(), ran]).toEqual([1_010, []]);
  });

  it("draws other numbers than another clock, which are spread evenly", () => {
    const [one, other] = [pacedClock(), pacedClock()];
    expect(one.random()).not.toBe(other.random());
    const drawn = Array.from({ length: 10_000 }, one.random);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    expect(mean).toBeGreaterThan(0.48);
    expect(mean).toBeLessThan(0.52);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    for (const clock of [one, other]) clock.stop();
  });

  it("tells what is done to it", async () => {
    const { clock, plan, machine } = opened();
    const heard: unknown[] = [];
    const stop = clock.hear((change) => heard.push(change));
    plan(5);
    clock.setSpeed(2);
    clock.pause();
    clock.pause();
    await clock.step();
    clock.resume();
    clock.resume();
    stop();
    clock.pause();
    expect(heard).toEqual([
      { what: "speed", speed: 2 },
      { what: "paused" },
      { what: "step", label: "after 5", at: machine.wall() + 5 },
      { what: "resumed" },
    ]);
  });

  it("never goes back and runs everything in its order, whatever is done to it and to the wall", async () => {
    type Act = (parts: ReturnType<typeof opened>) => unknown;
    const act: fc.Arbitrary<Act> = fc.oneof(
      fc.nat(5_000).map(
        (ms): Act =>
          ({ pass }) =>
            pass(ms),
      ),
      fc.nat(5_000).map(
        (ms): Act =>
          ({ plan }) =>
            plan(ms),
      ),
      fc.nat(100_000).map(
        (ms): Act =>
          ({ machine }) =>
            machine.busy(ms),
      ),
      fc.integer({ min: -(10 ** 7), max: 10 ** 7 }).map(
        (ms): Act =>
          ({ machine }) =>
            machine.jump(ms),
      ),
      fc.constantFrom(0.1, 1, 4, Number.POSITIVE_INFINITY).map(
        (speed): Act =>
          ({ clock }) =>
            clock.setSpeed(speed),
      ),
      fc.constantFrom("pause", "resume", "stand", "arrived", "step").map(
        (what): Act =>
          ({ clock }) =>
            clock[what](),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const all = opened();
        const { clock, ran } = all;
        const due = new Map<string, number>();
        let last = clock.now();
        const plan = (ms: number) => {
          const label = `timer ${due.size}`;
          due.set(label, clock.now() + ms);
          return all.plan(ms, label);
        };
        for (const act of acts) {
          await act({ ...all, plan });
          expect(clock.now()).toBeGreaterThanOrEqual(last);
          last = clock.now();
          expect(clock.next()?.at ?? last).toBeGreaterThanOrEqual(last);
        }
        clock.resume();
        clock.setSpeed(Number.POSITIVE_INFINITY);
        await all.pass(0);
        const times = ran.map(([, at]) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(new Map(ran)).toEqual(due);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a paced clock on the machine's own time", () => {
  const slept = (clock: PacedClock, ms: number) =>
    new Promise<number>((resolve) => {
      const began = clock.now();
      clock.after(ms, "sleep", () => resolve(clock.now() - began));
    });

  it("runs what is due, reports a task that fails, and goes on", async () => {
    const failures: string[] = [];
    const clock = pacedClock({ onError: (error, label) => failures.push(`${label}: ${error}`) });
    clock.after(1, "work", () => {
      throw new Error("oh");
    });
    expect(await slept(clock, 20)).toBe(20);
    expect(failures).toEqual(["work: Error: oh"]);
    clock.stop();
    clock.after(0, "too late", () => expect.unreachable());
    expect(clock.waiting()).toBe(0);
  });
});
