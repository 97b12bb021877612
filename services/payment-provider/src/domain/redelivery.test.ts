import { describe, expect, it } from "vitest";
import { secondsUntilNext } from "./redelivery.ts";

describe("a webhook that is not taken", () => {
  it("comes again after seconds, then later and later, up to a quarter of an hour", () =>
    expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => secondsUntilNext(attempt, 0))).toEqual([
      2, 8, 32, 128, 512, 900, 900,
    ]));

  it("comes earlier by chance, by half at most", () =>
    expect([1, 2, 6].map((attempt) => secondsUntilNext(attempt, 1))).toEqual([1, 4, 450]));
});
