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
