import { describe, expect, it } from "vitest";
import { readCondition } from "./condition-syntax.ts";
import type { WithExpressions } from "./members.ts";
import { parse } from "./parse.ts";
import { readProjection } from "./projection-syntax.ts";
import { type Tokens, tokensOf } from "./tokens.ts";
import { readUpdate } from "./update-syntax.ts";

const nested = (open: string, inner: string, close: string, depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth);

const chained = (one: string, between: string, count: number) =>
  Array.from({ length: count }, () => one).join(between);

/** The most characters that an expression may have. */
const whole = (make: (size: number) => string) => {
  let size = 1;
  while (make(size + 1).length <= 4096) size += 1;
  return make(size);
};

const says = (request: WithExpressions): string => {
  try {
    parse(request, {});
    return "fine";
  } catch (error) {
    expect(error).toMatchObject({ code: "ValidationException" });
    return (error as Error).message;
  }
};

const conditions: [what: string, text: string, answer: string | RegExp][] = [
  ["parentheses", whole((n) => nested("(", "a<b", ")", n)), /redundant parentheses/],
  ["parentheses never closed", "(".repeat(4096), /Syntax error; token: "<EOF>"/],
  ["parentheses closed too often", `${nested("(", "a<b", ")", 1000)})`, /redundant|token: "\)"/],
  ["ANDs within each other", nested("a<b and (", "a<b", ")", 149), "fine"],
  ["more ANDs within each other", whole((n) => nested("a<b and (", "a<b", ")", n)), /count: 301/],
  ["ORs", whole((n) => chained("a<b", " or ", n)), /operator count: 301/],
  ["NOTs", `${"NOT ".repeat(299)}a<b`, "fine"],
  ["more NOTs", `${"not ".repeat(1000)}a<b`, /operator count: 301/],
  ["an unknown function", whole((n) => `a < ${nested("f(", "b", ")", n)}`), /function: f/],
  ["size of size", whole((n) => `a < ${nested("size(", "b", ")", n)}`), /function: size/],
  ["operands in parentheses", whole((n) => `${nested("(", "a", ")", n)} < b`), /redundant/],
  ["paths in parentheses", nested("(", "a", ".b)", 31).concat(" < c"), "fine"],
  ["longer paths", whole((n) => `${nested("(", "a", ".b)", n)} < c`), /redundant|nesting levels/],
  ["a path into lists", `a${"[0]".repeat(31)} < b`, "fine"],
  ["a longer path into lists", whole((n) => `a${"[0]".repeat(n)} < b`), /too many nesting levels/],
  ["an IN", `a IN (${chained("b", ",", 100)})`, "fine"],
  ["a longer IN", whole((n) => `a IN (${chained("b", ",", n)})`), /number of operands: 20\d\d/],
  ["BETWEENs", chained("a between b and c", " and ", 150), "fine"],
  ["every other mistake", "a < ".repeat(1024), /Syntax error; token: "<"/],
  ["digits", `a[${"9".repeat(4000)}] < b`, /not within the allowable range/],
  ["signs", "<".repeat(4096), /Syntax error; token: "</],
  ["more than 4 KB", nested("a<b and (", "a<b", ")", 20_000), /expression size: 200003/],
];

const updates: [what: string, text: string, answer: string | RegExp][] = [
  ["a value in parentheses", whole((n) => `SET a = ${nested("(", "b", ")", n)}`), /redundant/],
  ["if_not_exists", whole((n) => `SET a=${nested("if_not_exists(b,", "c", ")", n)}`), "fine"],
  ["an unknown function", whole((n) => `SET a = ${nested("f(", "b", ")", n)}`), /function: f/],
  ["functions", whole((n) => `SET a=${nested("list_append(b,", "c", ")", n)}`), /list_append/],
  ["removals", `REMOVE ${Array.from({ length: 500 }, (_, i) => `a${i}`).join(",")}`, "fine"],
  ["the same twice", whole((n) => `REMOVE ${chained("a", ",", n)}`), /overlap/],
  ["a path", whole((n) => `REMOVE a${".b".repeat(n)}`), /too many nesting levels/],
  ["sections", whole((n) => chained("REMOVE a", " ", n)), /can only be used once/],
  ["sums", whole((n) => `SET a = ${chained("b", "+", n)}`), /Syntax error; token: "\+"/],
];

const projections: [what: string, text: string, answer: string | RegExp][] = [
  ["paths", Array.from({ length: 800 }, (_, i) => `a${i}`).join(","), "fine"],
  ["a path", `a${".b".repeat(31)}`, "fine"],
  ["a longer path", `a${".b".repeat(32)}`, /too many nesting levels; nesting levels: 33$/],
  ["parentheses", "(".repeat(4096), /Syntax error; token: "\("/],
];

/** What reading the text looked at, whether it is understood or not. */
const stepsOf = (text: string, read: (tokens: Tokens) => unknown) => {
  const tokens = tokensOf("ConditionExpression", text);
  try {
    read(tokens);
  } catch (error) {
    expect(error).toMatchObject({ code: "ValidationException" });
  }
  return tokens.steps();
};

describe.each([
  { expression: "ConditionExpression", read: readCondition, cases: conditions },
  { expression: "UpdateExpression", read: readUpdate, cases: updates },
  { expression: "ProjectionExpression", read: readProjection, cases: projections },
])("the longest $expression", ({ expression, read, cases }) => {
  it.each(cases)("of %s is read once from the left to the right", (_what, text, answer) => {
    const said = says({ [expression]: text });
    if (typeof answer === "string") expect(said).toBe(answer);
    else expect(said).toMatch(answer);
    // How often a token is looked at is bounded, whatever stands around it.
    expect(stepsOf(text, read)).toBeLessThanOrEqual(12 * (text.length + 1));
  });
});
