import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { occurrences } from "./expressions.ts";

const at = (iso: string) => Date.parse(`${iso}Z`);
const iso = (ms: number | undefined) => ms && new Date(ms).toISOString().slice(0, 16);
const following = (expression: string, from: string, count = 1, zone?: string) => {
  const { next } = occurrences(expression, at("2026-01-01T00:00:00"), zone);
  const found: (string | number | undefined)[] = [];
  for (let moment: number | undefined = at(from); found.length < count; ) {
    moment = next(moment as number);
    found.push(iso(moment));
    if (moment === undefined) break;
  }
  return found;
};

describe("a schedule expression", () => {
  it.each([
    ["rate(5 minutes)", "2025-12-31T00:00:00", ["2026-01-01T00:00", "2026-01-01T00:05"]],
    ["rate(1 day)", "2026-01-02T00:00:00", ["2026-01-03T00:00", "2026-01-04T00:00"]],
    ["at(2026-02-01T12:00:00)", "2026-01-01T00:00:00", ["2026-02-01T12:00", undefined]],
    ["cron(0 3 * * ? *)", "2026-01-01T03:00:00", ["2026-01-02T03:00", "2026-01-03T03:00"]],
    [
      "cron(0/30 9-10 ? * MON-FRI *)",
      "2026-01-02T10:00:00",
      ["2026-01-02T10:30", "2026-01-05T09:00"],
    ],
    [
      "cron(15 10 ? * 6L 2026-2027)",
      "2026-01-01T00:00:00",
      ["2026-01-30T10:15", "2026-02-27T10:15"],
    ],
    ["cron(0 0 ? * FRI#2 *)", "2026-01-01T00:00:00", ["2026-01-09T00:00", "2026-02-13T00:00"]],
    ["cron(0 0 L * ? *)", "2026-01-31T00:00:00", ["2026-02-28T00:00", "2026-03-31T00:00"]],
    ["cron(0 0 1W * ? *)", "2026-01-15T00:00:00", ["2026-02-02T00:00", "2026-03-02T00:00"]],
    ["cron(0 0 LW * ? *)", "2026-01-15T00:00:00", ["2026-01-30T00:00", "2026-02-27T00:00"]],
    ["cron(0 0 29 2 ? *)", "2026-01-01T00:00:00", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["cron(0 0 ? * FRI-MON *)", "2026-01-01T00:00:00", ["2026-01-02T00:00", "2026-01-03T00:00"]],
    ["cron(0 0 1 JAN ? 2027)", "2026-01-01T00:00:00", ["2027-01-01T00:00", undefined]],
    ["cron(0 0 30 2 ? *)", "2026-01-01T00:00:00", [undefined]],
  ])("%s", (expression, from, expected) => {
    expect(following(expression, from, expected.length)).toEqual(expected);
  });

  it("follows the wall clock of its zone, skips what spring skips, and runs once in autumn", () => {
    const zone = "Europe/Berlin";
    expect(following("cron(30 2 * * ? *)", "2026-03-27T12:00:00", 2, zone)).toEqual([
      "2026-03-28T01:30",
      "2026-03-30T00:30",
    ]);
    expect(following("cron(30 2 * * ? *)", "2026-10-24T12:00:00", 2, zone)).toEqual([
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
    expect(following("at(2026-07-01T12:00:00)", "2026-01-01T00:00:00", 1, zone)).toEqual([
      "2026-07-01T10:00",
    ]);
  });

  it.each([
    "cron(0 1 * * * *)",
    "cron(0 1 ? * ? *)",
    "cron(7 20 * * NOT *)",
    "cron(INVALID)",
    "cron(0 dummy ? * MON-FRI *)",
    "cron(71 8 1 * ? *)",
    "cron()",
    "rate(10 seconds)",
    "rate(10)",
    "rate(0 minutes)",
    "rate(-10 minutes)",
    "rate( 10 minutes )",
    " rate(10 minutes)",
    "at(2021-12-31T23:59:59Z)",
    "at(2021-12-31)",
  ])("%s is refused as AWS refuses it", (expression) => {
    expect(() => occurrences(expression, 0)).toThrow(
      expect.objectContaining({
        code: "ValidationException",
        message: `Invalid Schedule Expression ${expression}.`,
      }),
    );
  });

  it("a zone that does not exist is refused", () => {
    expect(() => occurrences("rate(1 day)", 0, "Mars/Phobos")).toThrow(/Timezone/);
  });

  it("every occurrence is later than the moment asked about, and nothing is skipped", () => {
    const from = fc.integer({ min: at("2026-01-01T00:00:00"), max: at("2030-01-01T00:00:00") });
    const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata");
    fc.assert(
      fc.property(from, zone, (moment, zone) => {
        const next = occurrences("cron(0/15 * * * ? *)", 0, zone).next(moment) as number;
        expect(next).toBeGreaterThan(moment);
        // An hour that autumn repeats is run through once.
        expect(next - moment).toBeLessThanOrEqual(75 * 60_000);
        expect(next % (15 * 60_000)).toBe(0);
      }),
    );
  });
});
