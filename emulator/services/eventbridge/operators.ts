import { BlockList, isIPv4, isIPv6 } from "node:net";
import { AwsError } from "../../kernel/engine.ts";
import { isObject } from "../../kernel/json.ts";
import type { Scalar } from "./crush.ts";
import { parseWildcard, type Wildcard, wildcardTest } from "./wildcards.ts";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Whether a scalar of an event is one that a pattern wants. */
export type Test = (value: Scalar) => boolean;

export const invalid = (reason: string) =>
  new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);

const onString =
  (test: (text: string) => boolean): Test =>
  (value) =>
    typeof value === "string" && test(value);

const cidr = (text: string): Test => {
  const [address = "", mask = "", ...more] = text.split("/");
  if (!text.includes("/") || more.length > 0) throw invalid("Malformed CIDR, one '/' required");
  if (!/^-?\d+$/.test(mask)) throw invalid("Malformed CIDR, mask bits must be an integer");
  const bits = Number(mask);
  if (bits < 0) throw invalid("Malformed CIDR, mask bits must not be negative");
  if (!isIPv4(address) && !isIPv6(address)) throw invalid(`Nonstandard IP address: ${address}`);
  const four = isIPv4(address);
  if (bits > (four ? 31 : 127))
    throw invalid(four ? "IPv4 mask bits must be < 32" : "IPv6 mask bits must be < 128");
  const block = new BlockList();
  block.addSubnet(address, bits, four ? "ipv4" : "ipv6");
  return onString((value) =>
    four
      ? isIPv4(value) && block.check(value, "ipv4")
      : isIPv6(value) && block.check(value, "ipv6"),
  );
};

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

const numeric = (terms: Json): Test => {
  if (!Array.isArray(terms)) throw invalid("Value of numeric must be an array.");
  const [operator, bound, second, top] = terms;
  if (typeof operator !== "string")
    throw invalid(`Invalid member in numeric match: ${operator === undefined ? "]" : operator}`);
  const first = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
  if (!first) throw invalid(`Unrecognized numeric range operator: ${operator}`);
  if (typeof bound !== "number")
    throw invalid(`Value of ${operator === "=" ? "equals" : operator} must be numeric`);
  if (terms.length === 2) return (value) => typeof value === "number" && first(value, bound);
  if (!operator.startsWith(">")) throw invalid("Too many elements in numeric expression");
  if (typeof second !== "string") throw invalid(`Bad value in numeric range: ${second}`);
  const upper = second.startsWith("<") ? comparisons[second] : undefined;
  if (!upper) throw invalid(`Bad numeric range operator: ${second}`);
  if (typeof top !== "number") throw invalid(`Value of ${second} must be numeric`);
  if (terms.length > 4) throw invalid("Too many terms in numeric range expression");
  if (bound >= top) throw invalid("Bottom must be less than top");
  return (value) => typeof value === "number" && first(value, bound) && upper(value, top);
};

/** Prefix and suffix take a text, or a text to compare ignoring case. */
const affix = (kind: "prefix" | "suffix", wanted: Json): Test => {
  const holds = (text: string, part: string) =>
    kind === "prefix" ? text.startsWith(part) : text.endsWith(part);
  if (isObject(wanted)) {
    const [name, part, only] = single(wanted, kind === "prefix" ? "Prefix" : "Suffix");
    if (name !== "equals-ignore-case") throw invalid(`Unsupported ${kind} pattern: ${name}`);
    if (typeof part !== "string")
      throw invalid("equals-ignore-case match pattern must be a string");
    if (!only) throw invalid("Only one key allowed in match expression");
    const lower = part.toLowerCase();
    return onString((text) => holds(text.toLowerCase(), lower));
  }
  if (typeof wanted !== "string") throw invalid(`${kind} match pattern must be a string`);
  return onString((text) => holds(text, wanted));
};

const single = (
  expression: { [name: string]: Json },
  what: string,
): [name: string, value: Json, only: boolean] => {
  const entries = Object.entries(expression);
  const [entry] = entries;
  if (!entry) throw invalid(`${what} expression name not found`);
  return [...entry, entries.length === 1];
};

/** Whether a value is one of a list: as fast for a thousand as for one. */
const oneOf = (wanted: readonly Json[]): Test => {
  const [only] = wanted;
  if (wanted.length === 1) return (value) => value === only;
  const all = new Set<Json>(wanted);
  return (value) => all.has(value);
};

const oneOfIgnoringCase = (wanted: readonly string[]): Test => {
  const all = new Set(wanted.map((text) => text.toLowerCase()));
  return onString((text) => all.has(text.toLowerCase()));
};

const either =
  (tests: readonly Test[]): Test =>
  (value) =>
    tests.some((test) => test(value));

const anyWildcard = (wildcards: readonly Wildcard[]): Test => {
  const tests = wildcards.map((wildcard) => wildcardTest(wildcard));
  return onString((text) => tests.some((fits) => fits(text)));
};

const readWildcard = (text: string) => parseWildcard(text, invalid);

/** What a matcher of a pattern's list wants of a value: to be one, to be absent, or to pass a test. */
export type Matcher =
  | { exact: Scalar }
  | { absent: true }
  | { test: Test; wildcards?: readonly Wildcard[] };

const listNames = ["equals-ignore-case", "prefix", "suffix", "wildcard"];

/** The texts of an anything-but that has an operator of its own. */
const listedTexts = (name: string, value: Json): string[] => {
  if (!listNames.includes(name)) throw invalid(`Unsupported anything-but pattern: ${name}`);
  if (!Array.isArray(value) && typeof value !== "string" && typeof value !== "number")
    throw invalid("Value of anything-but must be an array or single string/number value.");
  return [value].flat().map((text) => {
    if (typeof text !== "string")
      throw invalid(
        name === "equals-ignore-case"
          ? "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
          : name === "wildcard"
            ? "wildcard match pattern must be a string"
            : "prefix/suffix match pattern must be a string",
      );
    if (text === "" && (name === "prefix" || name === "suffix"))
      throw invalid("Null prefix/suffix not allowed");
    return text;
  });
};

/** What an anything-but lists; the expression holds for everything else that is there. */
const listed = (wanted: Json): { test: Test; wildcards?: readonly Wildcard[] } => {
  if (isObject(wanted)) {
    const [name, value, only] = single(wanted, "Anything-But");
    const texts = listedTexts(name, value);
    const wildcards = name === "wildcard" ? texts.map(readWildcard) : undefined;
    if (!only) throw invalid("Too many elements in numeric expression");
    if (wildcards) return { test: anyWildcard(wildcards), wildcards };
    if (name === "equals-ignore-case") return { test: oneOfIgnoringCase(texts) };
    return { test: either(texts.map((text) => affix(name as "prefix" | "suffix", text))) };
  }
  if (!Array.isArray(wanted) && typeof wanted !== "string" && typeof wanted !== "number")
    throw invalid("Value of anything-but must be an array or single string/number value.");
  const values: Json[] = [wanted].flat();
  for (const value of values)
    if (typeof value !== "string" && typeof value !== "number")
      throw invalid("Inside anything but list, start|null|boolean is not supported.");
  if (new Set(values.map((value) => typeof value)).size !== 1)
    throw invalid(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    );
  return { test: oneOf(values) };
};

const textOf = (value: Json, name: string): string => {
  if (typeof value !== "string") throw invalid(`${name} match pattern must be a string`);
  return value;
};

const expressions: Record<string, (wanted: Json) => Matcher> = {
  exactly: (wanted) => ({ exact: textOf(wanted, "exact") }),
  prefix: (wanted) => ({ test: affix("prefix", wanted) }),
  suffix: (wanted) => ({ test: affix("suffix", wanted) }),
  "equals-ignore-case": (wanted) => ({
    test: oneOfIgnoringCase([textOf(wanted, "equals-ignore-case")]),
  }),
  wildcard(wanted) {
    const wildcards = [readWildcard(textOf(wanted, "wildcard"))];
    return { test: anyWildcard(wildcards), wildcards };
  },
  numeric: (wanted) => ({ test: numeric(wanted) }),
  cidr: (wanted) => ({ test: cidr(textOf(wanted, "prefix")) }),
  "anything-but"(wanted) {
    const { test, wildcards } = listed(wanted);
    return { test: (value) => !test(value), ...(wildcards && { wildcards }) };
  },
  exists(wanted) {
    if (typeof wanted !== "boolean")
      throw invalid("exists match pattern must be either true or false.");
    return wanted ? { test: () => true } : { absent: true };
  },
};

/** Reads one of the values that a pattern's list allows. Throws InvalidEventPatternException. */
export const readMatcher = (matcher: Json): Matcher => {
  if (Array.isArray(matcher))
    throw invalid("Match value must be String, number, true, false, or null");
  if (!isObject(matcher)) return { exact: matcher };
  const [name, wanted, only] = single(matcher, "Match");
  const expression = Object.hasOwn(expressions, name) ? expressions[name] : undefined;
  if (!expression) throw invalid(`Unrecognized match type ${name}`);
  const read = expression(wanted);
  if (!only) throw invalid("Only one key allowed in match expression");
  return read;
};

/** Names that an alternative of $or may not use, because Event Ruler keeps them for itself. */
export const reserved: ReadonlySet<string> = new Set([
  ...Object.keys(expressions),
  ...Object.keys(comparisons),
  "regex",
  "not-wildcard",
  "not-equals-ignore-case",
  "date-after",
  "date-on-or-after",
  "date-before",
  "date-on-or-before",
  "in-date-range",
  "ip-address-in-range",
  "ip-address-not-in-range",
]);

/** What one of a field's matchers wants, or whether the field may be absent. */
export const readMatchers = (list: readonly Json[]) => {
  const matchers = list.map(readMatcher);
  const exact = matchers.flatMap((one) => ("exact" in one ? [one.exact] : []));
  const tests = matchers.flatMap((one) => ("test" in one ? [one.test] : []));
  if (exact.length > 0) tests.unshift(oneOf(exact));
  return {
    absent: matchers.some((one) => "absent" in one),
    test: tests.length === 1 ? (tests[0] as Test) : either(tests),
    /** By matcher, what counts for the complexity of the field. */
    wildcards: matchers.flatMap((one) => ("test" in one && one.wildcards ? [one.wildcards] : [])),
  };
};
