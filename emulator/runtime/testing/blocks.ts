import { pbkdf2Sync } from "node:crypto";

/** Handlers that never wait, each in a way of its own. */

const forGood: Record<string, () => unknown> = {
  loop: () => {
    for (;;);
  },
  loopThatCatches: () => {
    for (;;)
      try {
        for (;;);
      } finally {
      }
  },
  regex: () => /^(a+)+$/.test(`${"a".repeat(50)}b`),
  microtasks: () =>
    new Promise(() => {
      const again = () => queueMicrotask(again);
      again();
    }),
  ticks: () =>
    new Promise(() => {
      const again = () => process.nextTick(again);
      again();
    }),
  lock: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  /** V8 forgot here that a loop may be interrupted. */
  unrolled: () => {
    for (;;) new Array(1000).fill(1);
  },
  /** Native code, which nothing interrupts. */
  native: () => pbkdf2Sync("a", "b", 2 ** 30, 64, "sha512"),
};

const hoards: Record<string, () => unknown> = {
  objects: () => {
    const all = [];
    for (;;) all.push(new Array(1000).fill(all.length));
  },
  arrays: () => {
    const all = [];
    for (;;) all.push(new Array(1e7).fill(1.5));
  },
  buffers: () => {
    const all = [];
    for (;;) all.push(Buffer.alloc(1e6, 1));
  },
};

export const handler = async ({ how = "" }: { how?: string }) => {
  const act = forGood[how] ?? hoards[how];
  return act ? await act() : Object.keys(forGood);
};
