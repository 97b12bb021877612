import { type Condition, compareValues, type Values } from "./conditions.ts";
import { invalid, invalidParameter } from "./errors.ts";
import type { KeyComparison } from "./expressions/key-conditions.ts";
import type { Expressions } from "./expressions/members.ts";
import {
  type AttributeType,
  type AttributeValue,
  checkAttributeName,
  readValue,
  typeOf,
} from "./items.ts";
import type { Clause } from "./updates.ts";

type Comparison = { ComparisonOperator: string; AttributeValueList?: AttributeValue[] };
type Expectation = Partial<Comparison> & { Exists?: boolean; Value?: AttributeValue };
type AttributeUpdate = { Action?: "ADD" | "DELETE" | "PUT"; Value?: AttributeValue };

/**
 * What requests said before there were expressions. AWS still takes it, though not beside expressions
 * (only KeyConditions may stand beside other expressions than its own).
 */
export type LegacyParameters = {
  AttributesToGet?: string[];
  AttributeUpdates?: Record<string, AttributeUpdate>;
  Expected?: Record<string, Expectation>;
  QueryFilter?: Record<string, Comparison>;
  ScanFilter?: Record<string, Comparison>;
  ConditionalOperator?: "AND" | "OR";
  KeyConditions?: Record<string, Comparison>;
};

/** The names of the legacy parameters, in the order in which AWS's messages list them. */
export const legacyParameters = [
  "AttributesToGet",
  "AttributeUpdates",
  "Expected",
  "QueryFilter",
  "ScanFilter",
  "ConditionalOperator",
  "KeyConditions",
] as const;

/** Whether the request has any legacy parameter. */
export const isLegacy = (request: LegacyParameters) => {
  for (const name of legacyParameters) if (request[name] !== undefined) return true;
  return false;
};

/** Refuses legacy parameters beside these expressions, and a ConditionalOperator with nothing to join. */
export const checkLegacy = (request: LegacyParameters, expressions: readonly string[]) => {
  const mixed = legacyParameters.filter(
    (name) =>
      request[name] !== undefined &&
      (name !== "KeyConditions" || expressions.includes("KeyConditionExpression")),
  );
  if (expressions.length > 0 && mixed.length > 0)
    throw invalid(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${mixed.join(", ")}} Expression parameters: {${expressions.join(", ")}}`,
    );
  if (request.ConditionalOperator === undefined) return;
  const { Expected, QueryFilter, ScanFilter } = request;
  const joined = Object.keys(Expected ?? QueryFilter ?? ScanFilter ?? {}).length;
  if (joined === 0) throw invalid("ConditionalOperator cannot be used without Filter or Expected");
  if (joined === 1)
    throw invalid(
      "ConditionalOperator can only be used when Filter or Expected has two or more elements",
    );
};

type Operator = { means: string; least: number; most: number; types?: AttributeType[] };

const scalars: AttributeType[] = ["S", "N", "B"];
const on = (means: string, types?: AttributeType[], least = 1, most = least): Operator => ({
  means,
  least,
  most,
  ...(types && { types }),
});

/** The operators, what expressions call them, and the values that they take. */
const operators: Record<string, Operator> = {
  EQ: on("="),
  NE: on("<>"),
  LE: on("<=", scalars),
  LT: on("<", scalars),
  GE: on(">=", scalars),
  GT: on(">", scalars),
  CONTAINS: on("contains", scalars),
  NOT_CONTAINS: on("contains", scalars),
  BEGINS_WITH: on("begins_with", ["S", "B"]),
  IN: on("in", scalars, 1, Number.POSITIVE_INFINITY),
  BETWEEN: on("between", scalars, 2),
  NULL: on("attribute_not_exists", [], 0),
  NOT_NULL: on("attribute_exists", [], 0),
};

const checkComparison = (name: string, values: AttributeValue[]) => {
  const { least, most, types } = operators[name] as Operator;
  if (values.length < least || values.length > most)
    throw invalidParameter(`Invalid number of argument(s) for the ${name} ComparisonOperator`);
  const [first, second] = values;
  if (!first) return;
  const type = typeOf(first);
  if (values.some((value) => typeOf(value) !== type))
    throw invalidParameter("AttributeValues inside AttributeValueList must be of same type");
  if (types && !types.includes(type))
    throw invalidParameter(
      `ComparisonOperator ${name} is not valid for ${type} AttributeValue type`,
    );
  if (name === "BETWEEN" && second && (compareValues(first, second) ?? 0) > 0)
    throw invalid(
      "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
    );
};

const forAttribute = (what: string, name: string) =>
  invalidParameter(`${what} for Attribute: ${name}`);

/** What is expected of an attribute, as a comparison. */
const comparisonOf = (name: string, expectation: Expectation): Comparison => {
  const { ComparisonOperator, AttributeValueList, Exists, Value } = expectation;
  if (AttributeValueList && Value)
    throw forAttribute("Value and AttributeValueList cannot be used together", name);
  if (ComparisonOperator) {
    if (Exists !== undefined)
      throw forAttribute("Exists and ComparisonOperator cannot be used together", name);
    const given = AttributeValueList ?? (Value && [Value]);
    if (!given && !ComparisonOperator.endsWith("NULL"))
      throw forAttribute(
        `Value or AttributeValueList must be used with ComparisonOperator: ${ComparisonOperator}`,
        name,
      );
    return { ComparisonOperator, AttributeValueList: given ?? [] };
  }
  if (AttributeValueList)
    throw forAttribute("AttributeValueList can only be used with a ComparisonOperator", name);
  if (Exists === false) {
    if (Value) throw forAttribute("Value cannot be used when Exists is false", name);
    return { ComparisonOperator: "NULL" };
  }
  if (!Value) throw forAttribute(`Value must be provided when Exists is ${Exists ?? "null"}`, name);
  return { ComparisonOperator: "EQ", AttributeValueList: [Value] };
};

const checkUpdate = ({ Action = "PUT", Value }: AttributeUpdate) => {
  if (!Value) {
    if (Action === "DELETE") return;
    throw invalidParameter("Only DELETE action is allowed when no attribute value is specified");
  }
  const type = typeOf(Value);
  const isSet = ["SS", "NS", "BS"].includes(type);
  if (Action === "DELETE" && !isSet)
    throw invalidParameter(`DELETE action with value is not supported for the type ${type}`);
  if (Action === "ADD" && !isSet && type !== "N" && type !== "L")
    throw invalidParameter(`ADD action is not supported for the type ${type}`);
};

const clauseOf = (name: string, { Action, Value }: AttributeUpdate, value: string): Clause => {
  const path = [name];
  if (!Value) return { type: "remove", path };
  if (Action === "ADD") return { type: "add", path, value, legacy: true };
  if (Action === "DELETE") return { type: "delete", path, value, legacy: true };
  return { type: "set", path, term: { value } };
};

/** Legacy parameters as what expressions compile to. Throws AWS's ValidationException. */
export const translated = (request: LegacyParameters) => {
  for (const member of legacyParameters) {
    const given = request[member];
    if (typeof given !== "object") continue;
    for (const name of Array.isArray(given) ? given : Object.keys(given)) checkAttributeName(name);
  }
  const { AttributesToGet, AttributeUpdates, Expected, KeyConditions } = request;
  const expressions: Partial<Expressions> = {};
  const values: Values = {};

  const read = (place: string, value: AttributeValue) => {
    values[place] = readValue(value);
    return place;
  };
  const compared = (parameter: string, name: string, comparison: Comparison): KeyComparison => {
    const { ComparisonOperator: operator, AttributeValueList: list = [] } = comparison;
    const places = list.map((value, i) => read(`${parameter}.${i}.${name}`, value));
    checkComparison(
      operator,
      places.map((place) => values[place] as AttributeValue),
    );
    return { operator, values: places };
  };
  const test = (parameter: string, name: string, comparison: Comparison): Condition => {
    const { operator, values } = compared(parameter, name, comparison);
    const condition: Condition = {
      operator: (operators[operator] as Operator).means,
      operands: [{ path: [name] }, ...values.map((value) => ({ value }))],
    };
    return operator === "NOT_CONTAINS" ? { not: condition } : condition;
  };
  const joined = (parameter: string, comparisons: [string, Comparison][]) => {
    const tests = comparisons.map(([name, comparison]) => test(parameter, name, comparison));
    const any = request.ConditionalOperator === "OR";
    // By halves: however many there are, asking them goes no deeper than a recursion may.
    const halved = (from: number, to: number): Condition => {
      if (to - from === 1) return tests[from] as Condition;
      const middle = (from + to) >> 1;
      const halves: [Condition, Condition] = [halved(from, middle), halved(middle, to)];
      return any ? { or: halves } : { and: halves };
    };
    return tests.length > 0 ? halved(0, tests.length) : undefined;
  };

  if (AttributeUpdates) {
    const clauses = Object.entries(AttributeUpdates).map(([name, update]) => {
      const place = `AttributeUpdates.${name}`;
      if (update.Value) read(place, update.Value);
      checkUpdate(update);
      return clauseOf(name, update, place);
    });
    const names = Object.keys(AttributeUpdates);
    expressions.update = { clauses, paths: names.map((name) => [name]), heads: new Set(names) };
  }
  if (Expected) {
    const condition = joined(
      "Expected",
      Object.entries(Expected).map(([name, one]) => [name, comparisonOf(name, one)]),
    );
    if (condition) expressions.condition = condition;
  }
  for (const parameter of ["QueryFilter", "ScanFilter"] as const) {
    const comparisons = request[parameter];
    const filter = comparisons && joined(parameter, Object.entries(comparisons));
    if (!filter) continue;
    expressions.filter = filter;
    expressions.filterHeads = Object.keys(comparisons);
  }
  if (AttributesToGet) {
    const seen = new Set<string>();
    const twice = AttributesToGet.find((name) => seen.size === seen.add(name).size);
    if (twice !== undefined) throw invalidParameter(`Duplicate value in attribute name: ${twice}`);
    expressions.projection = AttributesToGet.map((name) => [name]);
  }
  if (KeyConditions) {
    const conditions = Object.entries(KeyConditions);
    expressions.key = Object.fromEntries(
      conditions.map(([name, one]) => [name, compared("KeyConditions", name, one)]),
    );
    if (conditions.length === 0 || conditions.length > 2)
      throw invalid("Conditions can be of length 1 or 2 only");
  }
  return { expressions, values };
};
