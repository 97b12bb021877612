import { describe, expect, it, vi } from "vitest";
import { sweep } from "./sweep.ts";

const RUN_MS = 60_000;

async function* pagesOf(...pages: number[][]) {
  yield* pages;
}
const aWhole = { getRemainingTimeInMillis: () => RUN_MS };

/** A run of which each item takes so long. */
const slow = (ms: number) => {
  let left = RUN_MS;
  const seen: number[] = [];
  return {
    seen,
    tend: async (item: number) => {
      seen.push(item);
      left -= ms;
    },
    time: { getRemainingTimeInMillis: () => left },
  };
};

describe("a sweep", () => {
  it("tends to all of all pages", async () => {
    const { seen, tend } = slow(0);
    const swept = await sweep(pagesOf([1, 2], [], [3], [4, 5]), tend, aWhole, { atOnce: 2 });
    expect(swept).toEqual({ tended: 5, complete: true });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it("tends to the others when one fails, and fails after them", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const seen: number[] = [];
    const tend = async (item: number) => {
      if (item === 2) throw new Error("Not this one");
      seen.push(item);
    };
    await expect(sweep(pagesOf([1, 2, 3], [4]), tend, aWhole)).rejects.toThrow("1 of 4 failed");
    expect(seen).toEqual([1, 3, 4]);
    vi.restoreAllMocks();
  });

  it("stops before its time is over, and says that it is not complete", async () => {
    vi.spyOn(console, "info").mockImplementation(() => {});
    const { seen, tend, time } = slow(20_000);
    const swept = await sweep(pagesOf([1, 2], [3, 4]), tend, time, { atOnce: 1 });
    expect(swept).toEqual({ tended: 3, complete: false });
    expect(seen).toEqual([1, 2, 3]);
    vi.restoreAllMocks();
  });
});
