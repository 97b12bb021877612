import type * as z from "zod";

const TYPES: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};
const UNITS: Record<string, [one: string, more: string]> = {
  string: ["character", "characters"],
  array: ["entry", "entries"],
};
const FORMATS: Record<string, string> = {
  date: "a date (YYYY-MM-DD)",
  datetime: "a date and time",
};

const measure = (
  limit: number | bigint,
  origin: string,
  most: "most" | "least",
  inclusive = true,
) => {
  const units = UNITS[origin];
  if (!inclusive) return `must be ${most === "most" ? "less" : "more"} than ${limit}`;
  if (!units) return `must be at ${most} ${limit}`;
  return `must have at ${most} ${limit} ${units[Number(limit) === 1 ? 0 : 1]}`;
};
const wordFor = (type: string) => TYPES[type] ?? "of another kind";

/**
 * What is wrong with a value, to be read after its name: "must be at most 100". For what a schema has no words of its own.
 */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `must be ${wordFor(issue.expected)}`;
    case "too_big":
      return measure(issue.maximum, issue.origin, "most", issue.inclusive);
    case "too_small":
      return measure(issue.minimum, issue.origin, "least", issue.inclusive);
    case "invalid_format":
      return `must be ${FORMATS[issue.format] ?? "of another form"}`;
    case "invalid_value":
      return `must be ${issue.values.join(" or ")}`;
    case "unrecognized_keys":
      return `has what nobody asked for: ${issue.keys.join(", ").slice(0, 200)}`;
    default:
      return "is not what we expect";
  }
};
