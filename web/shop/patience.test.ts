import { describe, expect, test } from "vitest";
import { waitBefore } from "./patience.ts";

describe("whether the shop's page asks again", () => {
  test.each([
    ["no answer", "no answer", null, 0, 500],
    ["too many", 429, null, 1, 1000],
    ["busy, with a time", 503, "3", 0, 3000],
    ["busy for long", 503, "1", 9, 8000],
    ["the first request is not finished", 409, "1", 0, 1000],
  ] as const)("%s: yes", (_what, status, retryAfter, attempt, ms) =>
    expect(waitBefore(status, retryAfter, attempt)).toBe(ms),
  );

  test.each([200, 400, 401, 404, 409, 422, 500])("%s: no", (status) =>
    expect(waitBefore(status, null, 0)).toBeUndefined(),
  );
});
