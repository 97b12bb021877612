import { expect, it } from "vitest";
import type { WireRequest } from "../doors/wire/message.ts";
import { pacedClock } from "../kernel/paced-clock.ts";
import { fakeWall } from "../kernel/testing/fake-wall.ts";
import { createArrivals } from "./arrivals.ts";

const request: WireRequest = {
  method: "POST",
  path: "/things",
  query: "",
  headers: {},
  body: new Uint8Array(),
};

const opened = () => {
  const machine = fakeWall();
  const clock = pacedClock(machine);
  const late: (() => void)[] = [];
  const arrivals = createArrivals(clock, {
    mostWaiting: 2,
    patience: 60_000,
    later: (_, task) => {
      late.push(task);
      return () => void late.splice(late.indexOf(task), 1);
    },
  });
  let asked = 0;
  const handle = arrivals.letIn(async () => {
    asked += 1;
    return { status: 200, headers: {}, body: String(asked) };
  });
  return { machine, clock, arrivals, late, handle, asked: () => asked };
};

const detail = ({ body }: { body: string | Uint8Array }) => JSON.parse(String(body)).detail;

it("lets requests pass while time does, and wait while it is paused, each a decision", async () => {
  const { clock, handle, asked, machine, late } = opened();
  expect((await handle(request)).status).toBe(200);
  clock.pause();
  const waiting = handle(request);
  await machine.pass(clock, 1_000);
  expect(asked()).toBe(1);
  expect(await clock.step()).toMatchObject({ label: "POST /things arrives" });
  expect((await waiting).status).toBe(200);
  const second = handle(request);
  clock.resume();
  await machine.pass(clock, 1);
  expect((await second).status).toBe(200);
  expect(late).toEqual([]);
});

it("lets so many wait and no more, so long and no longer, and none of them is done after all", async () => {
  const { clock, handle, asked, late, machine } = opened();
  clock.pause();
  const waiting = [handle(request), handle(request)];
  const third = await handle(request);
  expect([third.status, detail(third)]).toEqual([
    503,
    "Time is paused, and 2 requests wait for it already.",
  ]);
  for (const task of [...late]) task();
  for (const answer of await Promise.all(waiting))
    expect(detail(answer)).toBe("Time has been paused for longer than 60 seconds.");
  clock.resume();
  await machine.pass(clock, 1_000);
  expect(asked()).toBe(0);
});

it("answers what is under way where it is interrupted, and lets time go on that stood for a request", async () => {
  const { clock, arrivals } = opened();
  const never = arrivals.letIn(() => new Promise(() => {}), { wait: false });
  clock.stand();
  const asking = never(request);
  expect(clock.standing).toBe(false);
  arrivals.interrupt("Not now.");
  expect([(await asking).status, detail(await asking)]).toEqual([503, "Not now."]);
});
