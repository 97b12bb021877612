import { expect, test } from "vitest";
import { nestsTooDeep } from "./nesting.ts";

const lists = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

test("JSON may be as deep as it is said, and no deeper", () => {
  expect(nestsTooDeep(lists(1_000))).toBe(false);
  expect(nestsTooDeep(lists(1_001))).toBe(true);
  expect(nestsTooDeep('{"a":'.repeat(1_001))).toBe(true);
  expect(nestsTooDeep(Buffer.from(lists(4)), 3)).toBe(true);
});

test("what closes again does not count, nor what stands in a text", () => {
  expect(nestsTooDeep("[],{},".repeat(2_000))).toBe(false);
  expect(nestsTooDeep(`["\\"${"[".repeat(2_000)}\\\\"]`)).toBe(false);
  expect(nestsTooDeep(`["\\\\",${lists(1_000)}]`)).toBe(true);
});
