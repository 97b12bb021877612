import { join } from "node:path";
import { expect, it } from "vitest";
import { slowest } from "./slowest.ts";

it("says which ten files of tests took longest, of all reports, the longest first", () => {
  const report = (name: string, ...seconds: number[]) => ({
    numPassedTests: 0,
    numFailedTests: 0,
    testResults: seconds.map((time, i) => ({
      name: join("/checkout/local", `${name}-${i}.test.ts`),
      startTime: 1000,
      endTime: 1000 + time * 1000,
    })),
  });
  const lines = slowest(
    [report("a", 1, 12.34, 3, 4, 5, 6), report("b", 7, 8, 9, 10, 11, 2)],
    "/checkout",
  );
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe(`    12.3 s  ${join("local", "a-1.test.ts")}`);
  expect(lines.at(-1)).toBe(`     3.0 s  ${join("local", "a-2.test.ts")}`);
});
