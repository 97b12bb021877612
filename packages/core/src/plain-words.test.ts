import { expect, it } from "vitest";
import * as z from "zod";
import { plainWords } from "./plain-words.ts";

const said = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value, { error: plainWords }).error?.issues[0]?.message;

it.each([
  [z.int().positive(), 0, "must be more than 0"],
  [z.number().lt(5), 5, "must be less than 5"],
  [z.int().min(1), 0, "must be at least 1"],
  [z.int().max(5), 6, "must be at most 5"],
  [z.string().min(1), "", "must have at least 1 character"],
  [z.array(z.int()).max(2), [1, 2, 3], "must have at most 2 entries"],
])("a bound is told as it is: %#", (schema, value, words) => {
  expect(said(schema, value)).toBe(words);
});
