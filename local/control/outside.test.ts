import { type PacedClock, pacedClock } from "emulator/kernel/paced-clock";
import { fakeWall } from "emulator/kernel/testing/fake-wall";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { orUnderWay } from "./outside.ts";

let wall: ReturnType<typeof fakeWall>;
let clock: PacedClock;
beforeEach(() => {
  wall = fakeWall();
  clock = pacedClock({ ...wall, from: { now: 0, chance: [1, 2, 3, 4] } });
});
afterEach(() => clock.stop());

/** Work of so many ms of the shop's time, and what somebody who waits for it hears. */
const asked = (ms: number) => {
  const work = new Promise<{ said: string }>((resolve) => {
    clock.after(ms, "work", () => resolve({ said: "It is done." }));
  });
  const heard: string[] = [];
  const answer = orUnderWay({ beside: { clock } }, work, wall.later);
  void answer.then(({ said }) => heard.push(said));
  return heard;
};
const pass = (ms: number) => wall.pass(clock, ms);

describe("a command that waits for the shop's clock", () => {
  it("is answered when its work is done", async () => {
    const heard = asked(10_000);
    await pass(9_000);
    expect(heard).toEqual([]);
    await pass(2_000);
    expect(heard).toEqual(["It is done."]);
    expect(wall.armed()).toBe(0);
  });

  it.each([
    ["before", 0],
    ["meanwhile", 3_000],
  ])("says that it waits where time was paused %s", async (_, after) => {
    if (after === 0) clock.pause();
    const heard = asked(10_000);
    await pass(after);
    clock.pause();
    await pass(1_000);
    expect(heard).toEqual([]);
    await pass(1_000);
    expect(heard).toEqual(["It is under way, and waits, for time stands still."]);
  });

  it("is answered with its end where time goes on at once, and says so where it stands again", async () => {
    const ends = asked(4_000);
    clock.pause();
    await pass(1_000);
    clock.resume();
    await pass(5_000);
    expect(ends).toEqual(["It is done."]);
    const waits = asked(4_000);
    for (let i = 0; i < 2; i++) {
      clock.pause();
      await pass(1_000);
      clock.resume();
      await pass(1_000);
    }
    expect(waits).toEqual([]);
    clock.pause();
    await pass(2_000);
    expect(waits).toEqual(["It is under way, and waits, for time stands still."]);
  });

  it("says that what it began has not happened where time is put back", async () => {
    const { now } = clock.moment();
    await pass(2_000);
    const heard = asked(10_000);
    clock.pause();
    clock.turnBack({ now, chance: [1, 2, 3, 4] });
    clock.resume();
    await pass(2_000);
    expect(heard).toEqual([
      "Time was put back while this was under way: what it had begun by then has not happened.",
    ]);
    expect(wall.armed()).toBe(0);
  });

  it("is answered within a minute of the wall, however slowly time goes", async () => {
    clock.setSpeed(0.01);
    const heard = asked(10_000);
    await pass(61_000);
    expect(heard).toEqual(["It is under way, and takes longer than anybody waits for it."]);
  });
});

it("where nobody drives the clock, the work itself is waited for", async () => {
  const work = Promise.resolve({ said: "It is done." });
  expect(await orUnderWay({ beside: {} }, work, wall.later)).toEqual({ said: "It is done." });
  expect(wall.armed()).toBe(0);
});
