import { BlockList, isIPv4, isIPv6 } from "node:net";
import { AwsError } from "../../kernel/engine.ts";
import { isObject } from "../../kernel/json.ts";

/*
 * Event patterns as EventBridge's own open-source matcher, Event Ruler, reads them (github.com/aws/event-ruler):
 * a pattern is compiled to rules (one for each way through its $or's), a rule to one list of tests per path. An
 * event is crushed to its leaves, each knowing in which element of which array it stands: the leaves that
 * satisfy a rule must not stand in different elements of one array. Not emulated: the refusal of patterns whose
 * wildcards are too complex.
 */

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Scalar = null | boolean | number | string;
type Test = (value: Scalar) => boolean;
/** What a field's array says: it is absent, or one of the tests holds for its value. */
type Field = { path: string; absent: boolean; tests: Test[] };
type Rule = Field[];
/** The elements a leaf stands in: array number to index. */
type Place = ReadonlyMap<number, number>;
type Leaf = { value: Scalar; place: Place };

/** The leaves of an event by their path. */
export type CrushedEvent = Map<string, Leaf[]>;

/** A pattern made ready to be asked about many events. */
export type CompiledPattern = (event: CrushedEvent) => boolean;

const invalid = (reason: string) =>
  new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);

const onString =
  (test: (text: string) => boolean): Test =>
  (value) =>
    typeof value === "string" && test(value);

const sameIgnoringCase = (wanted: string) => {
  const lower = wanted.toLowerCase();
  return onString((text) => text.toLowerCase() === lower);
};

/** The literal pieces between the wildcards; `\*` and `\\` are literals. */
const pieces = (wildcard: string): string[] => {
  const result = [""];
  const at = (index: number) => Buffer.byteLength(wildcard.slice(0, index)) + 1; // after the quote
  for (let i = 0; i < wildcard.length; i++) {
    const character = wildcard.charAt(i);
    const next = wildcard.charAt(i + 1);
    if (character === "*") {
      if (next === "*") throw invalid(`Consecutive wildcard characters at pos ${at(i)}`);
      result.push("");
    } else {
      const escaped = character === "\\";
      if (escaped && next !== "*" && next !== "\\")
        throw invalid(`Invalid escape character at pos ${at(i)}`);
      result[result.length - 1] += escaped ? next : character;
      if (escaped) i += 1;
    }
  }
  return result;
};

const wildcard = (pattern: string): Test => {
  const [head = "", ...rest] = pieces(pattern);
  const tail = rest.pop();
  if (tail === undefined) return (value) => value === head;
  return onString((text) => {
    const end = text.length - tail.length;
    if (!text.startsWith(head) || !text.endsWith(tail) || end < head.length) return false;
    let from = head.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, from);
      if (found < 0) return false;
      from = found + piece.length;
    }
    return from <= end;
  });
};

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
  const first = comparisons[operator];
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

const either =
  (tests: Test[]): Test =>
  (value) =>
    tests.some((test) => test(value));

/** What an anything-but lists; the expression holds for everything else that is there. */
const listed = (wanted: Json): Test => {
  if (isObject(wanted)) {
    const [name, value, only] = single(wanted, "Anything-But");
    const refuse: Record<string, [test: (text: string) => Test, reason: string]> = {
      "equals-ignore-case": [
        sameIgnoringCase,
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
      ],
      prefix: [(text) => affix("prefix", text), "prefix/suffix match pattern must be a string"],
      suffix: [(text) => affix("suffix", text), "prefix/suffix match pattern must be a string"],
      wildcard: [wildcard, "wildcard match pattern must be a string"],
    };
    const known = Object.hasOwn(refuse, name) ? refuse[name] : undefined;
    if (!known) throw invalid(`Unsupported anything-but pattern: ${name}`);
    if (!Array.isArray(value) && typeof value !== "string" && typeof value !== "number")
      throw invalid("Value of anything-but must be an array or single string/number value.");
    const [test, reason] = known;
    const tests = [value].flat().map((text) => {
      if (typeof text !== "string") throw invalid(reason);
      if (text === "" && (name === "prefix" || name === "suffix"))
        throw invalid("Null prefix/suffix not allowed");
      return test(text);
    });
    if (!only) throw invalid("Too many elements in numeric expression");
    return either(tests);
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
  return (value) => values.includes(value);
};

const text = (value: Json, name: string): string => {
  if (typeof value !== "string") throw invalid(`${name} match pattern must be a string`);
  return value;
};

const expressions: Record<string, (wanted: Json) => Test> = {
  exactly: (wanted) => {
    const exact = text(wanted, "exact");
    return (value) => value === exact;
  },
  prefix: (wanted) => affix("prefix", wanted),
  suffix: (wanted) => affix("suffix", wanted),
  "equals-ignore-case": (wanted) => sameIgnoringCase(text(wanted, "equals-ignore-case")),
  wildcard: (wanted) => wildcard(text(wanted, "wildcard")),
  numeric,
  cidr: (wanted) => cidr(text(wanted, "prefix")),
  "anything-but": (wanted) => {
    const test = listed(wanted);
    return (value) => !test(value);
  },
};

const field = (path: string, matchers: Json[]): Field => {
  if (matchers.length === 0) throw invalid("Empty arrays are not allowed");
  const result: Field = { path, absent: false, tests: [] };
  for (const matcher of matchers) {
    if (Array.isArray(matcher))
      throw invalid("Match value must be String, number, true, false, or null");
    if (!isObject(matcher)) {
      result.tests.push((value) => value === matcher);
      continue;
    }
    const [name, wanted, only] = single(matcher, "Match");
    if (name === "exists") {
      if (typeof wanted !== "boolean")
        throw invalid("exists match pattern must be either true or false.");
      if (wanted) result.tests.push(() => true);
      else result.absent = true;
    } else {
      const expression = Object.hasOwn(expressions, name) ? expressions[name] : undefined;
      if (!expression) throw invalid(`Unrecognized match type ${name}`);
      result.tests.push(expression(wanted));
    }
    if (!only) throw invalid("Only one key allowed in match expression");
  }
  return result;
};

/** Names that an alternative of $or may not use, because Event Ruler keeps them for itself. */
const reserved = new Set([
  ...Object.keys(expressions),
  ...Object.keys(comparisons),
  "exists",
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

const rulesOf = (pattern: { [name: string]: Json }, path: string, within: boolean): Rule[] => {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalid("Empty objects are not allowed");
  let rules: Rule[] = [[]];
  const and = (others: Rule[]) => {
    if (rules.length * others.length > 1000)
      throw invalid("Rule is too complex - it has more than 1000 combinations of $or");
    rules = rules.flatMap((rule) => others.map((other) => [...rule, ...other]));
  };
  for (const [name, value] of entries) {
    const to = path === "" ? name : `${path}.${name}`;
    if (name === "$or") {
      if (!Array.isArray(value)) throw invalid("It must be an Array followed with $or.");
      const alternatives = value.map((alternative) => {
        if (!isObject(alternative))
          throw invalid("Only JSON object is allowed in array of $or relationship.");
        return rulesOf(alternative, path, true);
      });
      if (alternatives.length < 2)
        throw invalid("There must have at least 2 Objects in $or relationship.");
      and(alternatives.flat());
    } else if (within && reserved.has(name)) {
      throw invalid(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    } else if (isObject(value)) {
      and(rulesOf(value, to, within));
    } else if (Array.isArray(value)) {
      and([[field(to, value)]]);
    } else {
      throw invalid(`"${name}" must be an object or an array`);
    }
  }
  return rules;
};

/** Crushes an event to its leaves, once for all the patterns that are asked about it. */
export const crush = (event: unknown): CrushedEvent => {
  const leaves: CrushedEvent = new Map();
  let arrays = 0;
  const walk = (value: unknown, path: string, place: Place) => {
    if (Array.isArray(value)) {
      const array = arrays++;
      for (const [index, element] of value.entries())
        walk(element, path, new Map(place).set(array, index));
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value))
        walk(inner, path === "" ? name : `${path}.${name}`, place);
    } else {
      const known = leaves.get(path);
      const leaf = { value: value as Scalar, place };
      if (known) known.push(leaf);
      else leaves.set(path, [leaf]);
    }
  };
  walk(event, "", new Map());
  return leaves;
};

const together = (a: Place, b: Place): boolean => {
  for (const [array, index] of b) if ((a.get(array) ?? index) !== index) return false;
  return true;
};

const holds = (rule: Rule, leaves: CrushedEvent, from = 0, place: Place = new Map()): boolean => {
  const field = rule[from];
  if (!field) return true;
  const candidates = (leaves.get(field.path) ?? []).filter((leaf) => together(place, leaf.place));
  if (candidates.length === 0) return field.absent && holds(rule, leaves, from + 1, place);
  for (const { value, place: at } of candidates) {
    if (!field.tests.some((test) => test(value))) continue;
    const next: Place = at.size === 0 ? place : new Map([...place, ...at]);
    if (holds(rule, leaves, from + 1, next)) return true;
  }
  return false;
};

/** Compiles a pattern. Throws InvalidEventPatternException. */
export const compilePattern = (pattern: unknown): CompiledPattern => {
  if (!isObject<Json>(pattern)) throw invalid("Filter is not an object");
  const rules = rulesOf(pattern, "", false);
  for (const rule of rules) rule.sort((a, b) => (a.path < b.path ? -1 : 1));
  return (leaves) => rules.some((rule) => holds(rule, leaves));
};

/** Reads a pattern from its JSON text. Throws InvalidEventPatternException. */
export const validatePattern = (json: string): CompiledPattern => {
  let pattern: unknown;
  try {
    pattern = JSON.parse(json);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  return compilePattern(pattern);
};

/** Whether an event matches a pattern. Throws InvalidEventPatternException. */
export const matches = (pattern: unknown, event: unknown): boolean =>
  compilePattern(pattern)(crush(event));
