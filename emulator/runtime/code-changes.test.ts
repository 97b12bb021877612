import { expect, test } from "vitest";
import type { Fact } from "../kernel/cloud.ts";
import { tellCodeChange } from "./code-changes.ts";

const tell = (fact: object) => tellCodeChange(fact as Fact);

test("a change of code is told in one line, with a few of the functions that it is in", () => {
  const file = "lib/things.ts";
  expect(tell({ kind: "function.reloaded", functions: ["A", "B"], file })).toBe(
    "lib/things.ts changed: A, B run it now.",
  );
  expect(tell({ kind: "function.reloaded", functions: ["A", "B", "C", "D", "E"], file })).toBe(
    "lib/things.ts changed: A, B and 3 more run it now.",
  );
  const message = 'lib/things.ts:7: Expected ";" but found "x"';
  expect(tell({ kind: "function.broken", functions: ["A"], file, message })).toBe(
    'lib/things.ts:7: Expected ";" but found "x". Until that is mended, A goes on with what it ran before.',
  );
  expect(tell({ kind: "log", line: "a line" })).toBeUndefined();
});
