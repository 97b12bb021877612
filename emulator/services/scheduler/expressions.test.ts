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
    ["cron(59 23 31 12 ? 2199)", "2026-01-01T00:00:00", ["2199-12-31T23:59", undefined]],
    ["cron(0 0 29 2 ? *)", "2097-01-01T00:00:00", ["2104-02-29T00:00", "2108-02-29T00:00"]],
    ["cron(0 0 ? 2 SUN#5 *)", "2026-01-01T00:00:00", ["2032-02-29T00:00", "2060-02-29T00:00"]],
    ["cron(0 0 1 1 ? 1970-2025)", "2026-01-01T00:00:00", [undefined]],
    [`rate(${"9".repeat(200)} days)`, "2025-12-31T00:00:00", ["2026-01-01T00:00", undefined]],
    [`rate(${"9".repeat(240)} minutes)`, "2026-01-02T00:00:00", [undefined]],
    ["at(2028-02-29T23:59:59)", "2026-01-01T00:00:00", ["2028-02-29T23:59", undefined]],
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
    "at(2026-02-29T00:00:00)",
    "at(2026-02-30T00:00:00)",
    "at(2026-01-01T24:00:00)",
    "at(2026-13-01T00:00:00)",
    `cron(0-${"9".repeat(200)} * * * ? *)`,
    `rate(${"9".repeat(200)} days`,
  ])("%s is refused as AWS refuses it", (expression) => {
    expect(() => occurrences(expression, 0)).toThrow(
      expect.objectContaining({
        code: "ValidationException",
        message: `Invalid Schedule Expression ${expression}.`,
      }),
    );
  });

  const stepsOf = (expression: string, from: string, zone = "UTC") => {
    let steps = 0;
    const { next } = occurrences(expression, 0, zone);
    const moment = next(at(from), () => {
      steps += 1;
    });
    return { steps, moment: iso(moment) };
  };

  it.each([
    ["a day that never comes", "cron(0 0 31 2,4,6,9,11 ? *)"],
    ["a fifth weekday that comes never again", "cron(0 0 ? 2 SUN#5 2199)"],
    ["every year but none that is left", "cron(* * ? * L 1970-2025)"],
    ["every moment that there is, none of which is left", "cron(* * L-31 * ? *)"],
  ])("looks at no day twice, nor beyond 2199: %s", (_, expression) => {
    const { steps, moment } = stepsOf(expression, "2026-01-01T00:00:00");
    expect(moment).toBeUndefined();
    expect(steps).toBeLessThan(175 * 366);
  });

  it.each([
    ["UTC", "2026-06-01T23:58:30", "2026-06-01T23:59"],
    ["Europe/Berlin", "2026-06-01T21:58:30", "2026-06-01T21:59"],
    ["Europe/Berlin", "2026-03-29T00:59:30", "2026-03-29T01:00"],
    // In autumn, what comes a second time is passed over.
    ["Europe/Berlin", "2026-10-25T01:00:00", "2026-10-25T02:00"],
  ])("looks at the next minute first, in %s at %s", (zone, from, expected) => {
    const { steps, moment } = stepsOf("cron(* * * * ? *)", from, zone);
    expect(moment).toBe(expected);
    expect(steps).toBeLessThan(70);
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
