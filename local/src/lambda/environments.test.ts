import { expect, test } from "vitest";
import { virtualClock } from "../clock.ts";
import { createCloud } from "../cloud.ts";
import { environments } from "./environments.ts";
import type { FunctionConfig, Outcome } from "./function.ts";

const START_MS = 300;
const fn = { name: "Slow", timeout: 60 } as FunctionConfig;

/** A pool whose environments take a while to start, and whose invocations take as many milliseconds as their event says. */
const pool = (limits: { most?: number; startingAtOnce?: number }) => {
  const clock = virtualClock();
  const world = createCloud(clock, []);
  const pause = (ms: number) =>
    new Promise<void>((resolve) => clock.after(ms, "pause", () => resolve()));
  let [starting, mostAtOnce, started] = [0, 0, 0];
  const { invoke } = environments(world, {
    ...limits,
    async start() {
      starting += 1;
      mostAtOnce = Math.max(mostAtOnce, starting);
      await pause(START_MS);
      starting -= 1;
      started += 1;
      const run = async (event: string): Promise<Outcome> => {
        await pause(Number(event));
        return { ok: true, result: event };
      };
      return { ok: true, environment: { run, kill: () => {} } };
    },
  });
  /** How long each invocation took, when all of them begin now. */
  const times = async (...events: number[]) => {
    const began = clock.now();
    const ended: number[] = [];
    events.forEach((ms, i) => {
      void invoke(fn, String(ms), { requestId: `request-${i}` }).then(() => {
        ended[i] = clock.now() - began;
      });
    });
    await clock.advance(60_000);
    return ended;
  };
  return { times, seen: () => ({ mostAtOnce, started }) };
};

test("a burst of short invocations is done by the environments that stand first", async () => {
  const { times, seen } = pool({ startingAtOnce: 1 });
  expect(await times(...Array(10).fill(5))).toHaveLength(10);
  expect(seen()).toEqual({ mostAtOnce: 1, started: 2 });
});

test("who waits behind slow ones gets an environment of its own, one start after the other", async () => {
  const { times, seen } = pool({ startingAtOnce: 1 });
  expect(await times(5_000, 5_000, 5_000, 10)).toEqual([5_300, 5_600, 5_900, 1_210]);
  expect(seen()).toEqual({ mostAtOnce: 1, started: 4 });
});

test("nobody is forgotten where slow and short ones mix", async () => {
  const { times } = pool({ startingAtOnce: 1 });
  for (const ended of await times(10, 3_000, 3_000, 3_000, 10, 10))
    expect(ended).toBeLessThan(3_000 + 5 * START_MS);
});

test("without that limit all start at once, up to the most that may be", async () => {
  const { times, seen } = pool({ most: 3 });
  await times(5, 5, 5, 5, 5);
  expect(seen()).toEqual({ mostAtOnce: 3, started: 3 });
});
