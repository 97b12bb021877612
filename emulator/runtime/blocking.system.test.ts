import { afterAll, beforeAll, expect, it } from "vitest";
import { ownCode } from "./bundle.ts";
import { functionsIn } from "./testing/functions-in.ts";
import { threadRuntime } from "./thread-runtime.ts";

// Each of these stops its thread. The main thread, where this runs, goes on: else nothing here would.

let functions: ReturnType<typeof functionsIn>;
const file = "runtime/testing/blocks.ts";

beforeAll(async () => {
  functions = functionsIn((callerOf) =>
    threadRuntime({ code: ownCode, callerOf, threads: 1, room: 256 }),
  );
  await functions.create("Other", file);
});
afterAll(() => functions.stop());

const timedOut = /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/;

it.each(["loop", "loopThatCatches", "regex", "microtasks", "ticks", "lock", "unrolled"])(
  "a handler that never waits is ended at its timeout, and others go on: %s",
  async (how) => {
    await functions.create(how, file, { Timeout: 1 });
    for (const warm of ["Other", how]) expect(await functions.invoke(warm)).toContain(how);
    const blocking = functions.invoke(how, { how });
    for (const _ of [1, 2]) await new Promise(setImmediate); // it is on its way to the thread
    expect(await functions.invoke("Other")).toContain(how);
    expect(await blocking).toMatchObject({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(timedOut),
    });
    expect(await functions.invoke(how)).toContain(how); // a new environment
  },
);

it.each(["objects", "arrays", "buffers"])(
  "a handler that takes all memory is ended, in AWS's words, and others go on: %s",
  async (how) => {
    await functions.create(how, file, { Timeout: 60 });
    expect(await functions.invoke(how, { how })).toMatchObject({
      errorType: "Runtime.OutOfMemory",
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed$/,
      ),
    });
    expect(await functions.invoke("Other")).toContain("loop");
    expect(await functions.invoke(how)).toContain("loop");
  },
);
