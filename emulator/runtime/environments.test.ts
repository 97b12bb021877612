import { expect, test } from "vitest";
import { virtualClock } from "../kernel/clock.ts";
import { createCloud } from "../kernel/cloud.ts";
import type { EventJson, FunctionConfig, Outcome } from "../services/lambda/function.ts";
import type { ColdStarts } from "./cold-starts.ts";
import { environments } from "./environments.ts";

const START_MS = 300;
const fn = { name: "Slow", timeout: 60 } as FunctionConfig;

/** A pool whose environments take a while to start, and whose invocations take as many milliseconds as their event says. */
const pool = (limits: { most?: number; cold?: ColdStarts }) => {
  const clock = virtualClock();
  const world = createCloud(clock, []);
  const pause = (ms: number) =>
    new Promise<void>((resolve) => clock.after(ms, "pause", () => resolve()));
  let started = 0;
  const { invoke } = environments(world, {
    ...limits,
    async start() {
      await pause(START_MS);
      started += 1;
      const run = async ({ text }: EventJson): Promise<Outcome> => {
        await pause(Number(text));
        return { ok: true, result: text };
      };
      return { ok: true, environment: { run, kill: () => {} } };
    },
  });
  /** How long each invocation took, when all of them begin now. */
  const times = async (...events: number[]) => {
    const began = clock.now();
    const ended: number[] = [];
    events.forEach((ms, i) => {
      void invoke(fn, { text: String(ms) }, { requestId: `request-${i}` }).then(() => {
        ended[i] = clock.now() - began;
      });
    });
    await clock.advance(60_000);
    return ended;
  };
  return { clock, times, started: () => started };
};

test("all that come at once start, up to the most that may be", async () => {
  const { times, started } = pool({ most: 3 });
  expect(await times(5, 5, 5, 5, 5)).toEqual([305, 305, 305, 310, 310]);
  expect(started()).toBe(3);
});

test("where starts are cold, an environment takes its time, and ends when it has nothing to do for long", async () => {
  const cold = { prepare: async () => {}, startMs: () => 700, keptMs: () => 300_000 };
  const { clock, times, started } = pool({ cold });
  expect(await times(5, 10)).toEqual([705, 710]);
  await clock.advance(200_000);
  expect(await times(5, 10)).toEqual([5, 10]);
  await clock.advance(200_000);
  expect(await times(5)).toEqual([5]);
  await clock.advance(100_000);
  // One of the two was used again a while ago, the other is gone.
  expect(await times(5, 10)).toEqual([5, 710]);
  expect(started()).toBe(3);
});

test("code that does not start is tried once more, in the time of the invocation, as Lambda does", async () => {
  const clock = virtualClock();
  const starts: number[] = [];
  const givenUp: number[] = [];
  const { invoke } = environments(createCloud(clock, []), {
    start: (_fn, _crashed, signal) => {
      starts.push(clock.now());
      signal.addEventListener("abort", () => givenUp.push(clock.now()));
      return new Promise(() => {});
    },
  });
  const began = clock.now();
  const outcome = invoke({ ...fn, timeout: 3 }, { text: "" }, { requestId: "r" });
  await clock.advance(20_000);
  expect(await outcome).toEqual({
    ok: false,
    error: {
      errorType: "Sandbox.Timedout",
      errorMessage: "RequestId: r Error: Task timed out after 3.00 seconds",
    },
  });
  expect(starts.map((at) => at - began)).toEqual([0, 10_000]);
  expect(givenUp.map((at) => at - began)).toEqual([10_000, 13_000]);
});

test("code that starts at the second try has what is left of the invocation's time", async () => {
  const clock = virtualClock();
  let tries = 0;
  const { invoke } = environments(createCloud(clock, []), {
    async start() {
      tries += 1;
      await new Promise<void>((resolve) => clock.after(2000, "start", () => resolve()));
      if (tries === 1) return { ok: false, error: { errorType: "Error", errorMessage: "not yet" } };
      const run = async (_: EventJson, { deadline }: { deadline: number }): Promise<Outcome> => ({
        ok: true,
        result: String(deadline - clock.now()),
      });
      return { ok: true, environment: { run, kill: () => {} } };
    },
  });
  const outcome = invoke({ ...fn, timeout: 3 }, { text: "" }, { requestId: "r" });
  await clock.advance(20_000);
  expect(await outcome).toEqual({ ok: true, result: "1000" });
});

test("after a change of code, what works ends its work, what rests ends at once, and new ones are made", async () => {
  const clock = virtualClock();
  const ended: string[] = [];
  let made = 0;
  const pool = environments(createCloud(clock, []), {
    async start() {
      made += 1;
      const name = `environment ${made}`;
      const run = async ({ text }: EventJson): Promise<Outcome> => {
        await new Promise<void>((resolve) => clock.after(Number(text), "work", () => resolve()));
        return { ok: true, result: name };
      };
      return { ok: true, environment: { run, kill: () => ended.push(name) } };
    },
  });
  const invoke = (ms: number) => pool.invoke(fn, { text: String(ms) }, { requestId: "r" });
  const [long, short] = [invoke(5000), invoke(10)];
  await clock.advance(100);
  pool.renew(fn.name);
  expect(ended).toEqual(["environment 2"]);
  const next = invoke(10);
  await clock.advance(10_000);
  const results = await Promise.all([long, short, next]);
  expect(results.map((outcome) => outcome.ok && outcome.result)).toEqual([
    ...["environment 1", "environment 2", "environment 3"],
  ]);
  expect(ended).toEqual(["environment 2", "environment 1"]);
});
