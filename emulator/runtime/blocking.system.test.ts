import { beforeAll, describe, expect, it } from "vitest";
import { ownCode } from "./bundle.ts";
import { functionsIn } from "./testing/functions-in.ts";
import { threadRuntime } from "./thread-runtime.ts";

// Each of these stops its thread. The main thread, where this runs, goes on: else nothing here would.

const file = "runtime/testing/blocks.ts";

/** Tries something with a function that is called as the way in which it blocks, and another one, in one thread. */
const beside = async (
  how: string,
  Timeout: number,
  work: (functions: ReturnType<typeof functionsIn>) => Promise<void>,
) => {
  const functions = functionsIn((callerOf) =>
    threadRuntime({ code: ownCode, callerOf, threads: 1, room: 256 }),
  );
  await functions.create("Other", file);
  await functions.create(how, file, { Timeout });
  await work(functions).finally(functions.stop);
};

const timedOut = /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/;

const blocks = (how: string) =>
  beside(how, 1, async (functions) => {
    for (const warm of ["Other", how]) expect(await functions.invoke(warm)).toContain(how);
    const blocking = functions.invoke(how, { how });
    for (const _ of [1, 2]) await new Promise(setImmediate); // it is on its way to the thread
    expect(await functions.invoke("Other")).toContain(how);
    expect(await blocking).toMatchObject({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(timedOut),
    });
    expect(await functions.invoke(how)).toContain(how); // a new environment
  });

describe("a handler that never waits", () => {
  const ways = ["loop", "loopThatCatches", "regex", "microtasks", "ticks", "unrolled", "lock"];
  const trials = new Map<string, Promise<void>>();
  // All at once: a thread is given seconds to answer, and computes all the while.
  beforeAll(() => {
    for (const how of ways) {
      const trial = blocks(how);
      trial.catch(() => {}); // its test hears of it
      trials.set(how, trial);
    }
  });

  it.each(ways)("is ended at its timeout, and others go on: %s", (how) =>
    expect(trials.get(how)).resolves.toBeUndefined(),
  );
});

it.each(["objects", "arrays", "buffers"])(
  "a handler that takes all memory is ended, in AWS's words, and others go on: %s",
  (how) =>
    beside(how, 60, async (functions) => {
      expect(await functions.invoke(how, { how })).toMatchObject({
        errorType: "Runtime.OutOfMemory",
        errorMessage: expect.stringMatching(
          /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed$/,
        ),
      });
      expect(await functions.invoke("Other")).toContain("loop");
      expect(await functions.invoke(how)).toContain("loop");
    }),
);
