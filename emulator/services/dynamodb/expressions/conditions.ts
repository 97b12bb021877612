import type { Condition, Operand as Found, Path } from "../conditions.ts";
import { compareValues } from "../conditions.ts";
import { invalid } from "../errors.ts";
import type { AttributeType, AttributeValue } from "../items.ts";
import { type Comparison, type ConditionSyntax, readCondition } from "./condition-syntax.ts";
import { type Findings, findingsIn, shownPath } from "./findings.ts";
import { conditionFunctions, isFunction } from "./functions.ts";
import { checkMembers, counterOf } from "./limits.ts";
import type { Call, Operand } from "./operands.ts";
import type { Placeholders } from "./placeholders.ts";
import { tokensOf } from "./tokens.ts";

/** A condition with its names in place, and the attributes that it speaks of. */
export type ReadCondition = {
  condition: Condition;
  /** The attributes that its paths begin with. */
  heads: Set<string>;
  /** Those of them into which a path goes. */
  nested: Set<string>;
};

type OfAll = "parens" | "unknownFunction" | "misusedFunction" | "reserved" | "condition";
type OfOne = "undefined" | "count" | "distinct" | "type";

const attributeTypes = ["B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M"];

type Joined = Extract<ConditionSyntax, { and: unknown } | { or: unknown } | { not: unknown }>;

/** Visits operators and functions from left to right, after what is within them. */
const visit = (
  syntax: ConditionSyntax | Operand,
  seen: (one: Comparison | Call | Joined, within: (ConditionSyntax | Operand)[]) => void,
) => {
  if ("path" in syntax || "value" in syntax) return;
  const within =
    "and" in syntax
      ? syntax.and
      : "or" in syntax
        ? syntax.or
        : "not" in syntax
          ? [syntax.not]
          : syntax.operands;
  for (const part of within) visit(part, seen);
  seen(syntax, within);
};

/** Tells of functions that conditions do not have, and of those that stand where none can. */
const checkFunctions = (condition: ConditionSyntax, all: Findings<OfAll>) => {
  const misused = (name: string) =>
    all.add(
      "misusedFunction",
      `The function is not allowed to be used this way in an expression; function: ${name}`,
    );
  visit(condition, (one, within) => {
    // size() is an operand, all others are conditions.
    for (const inner of within)
      if ("call" in inner && (inner.call === "size") !== "operands" in one) misused(inner.call);
    if ("call" in one && !conditionFunctions.has(one.call))
      all.add(
        "unknownFunction",
        isFunction(one.call)
          ? `The function is not allowed in a condition expression; function: ${one.call}`
          : `Invalid function name; function: ${one.call}`,
      );
  });
  if ("call" in condition && condition.call === "size") misused("size");
};

/** What is compared, with names in place: a path, or a value or a function of some type. */
type Typed = { found: Found; type?: AttributeType | undefined; value?: AttributeValue | undefined };

const samePath = (left: Found | undefined, right: Found | undefined): Path | undefined => {
  if (!left || !right || !("path" in left) || !("path" in right)) return undefined;
  const same =
    left.path.length === right.path.length && left.path.every((step, i) => step === right.path[i]);
  return same ? left.path : undefined;
};

const shownValue = (value: AttributeValue, type: AttributeType) =>
  `AttributeValue: {${type}:${value[type]}}`;

const checkBounds = (low: Typed, high: Typed, one: Findings<OfOne>) => {
  if (!low.value || !high.value || !low.type || !high.type) return;
  const bounds = `lower bound operand: ${shownValue(low.value, low.type)}, upper bound operand: ${shownValue(high.value, high.type)}`;
  if (low.type !== high.type)
    one.add(
      "type",
      `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`,
    );
  else if ((compareValues(low.value, high.value) ?? 0) > 0)
    one.add(
      "type",
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
    );
};

const checkCall = (name: string, operands: Typed[], one: Findings<OfOne>) => {
  const wrongType = (type: string) =>
    one.add(
      "type",
      `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
    );
  const [first, second] = operands as [Typed, Typed | undefined];
  switch (name) {
    case "attribute_exists":
    case "attribute_not_exists":
      if (!("path" in first.found))
        one.add(
          "type",
          `Operator or function requires a document path; operator or function: ${name}`,
        );
      break;
    case "begins_with":
      for (const { type } of operands) if (type && type !== "S" && type !== "B") wrongType(type);
      break;
    case "attribute_type":
      if (second?.type !== "S") wrongType(second?.type ?? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
      else if (second.value && !attributeTypes.includes(second.value.S as string))
        one.add(
          "type",
          `Invalid attribute type name found; type: ${second.value.S}, valid types: {${attributeTypes.join(",")}}`,
        );
      break;
    case "size":
      if (first.type === "N" || first.type === "BOOL" || first.type === "NULL")
        wrongType(first.type);
  }
};

/** Reads a condition, filter or key condition. Throws AWS's ValidationException. */
export const conditionOf = (
  expression: string,
  text: string,
  placeholders: Placeholders,
): ReadCondition => {
  const { condition: syntax, redundant } = readCondition(tokensOf(expression, text));
  const all = findingsIn<OfAll>([
    "parens",
    "unknownFunction",
    "misusedFunction",
    "reserved",
    "condition",
  ]);
  if (redundant) all.add("parens", "The expression has redundant parentheses;");
  checkFunctions(syntax, all);
  const count = counterOf(expression);
  visit(syntax, (one) => {
    count();
    if ("operator" in one && one.operator === "in")
      checkMembers(expression, one.operands.length - 1);
  });

  const [heads, nested] = [new Set<string>(), new Set<string>()];

  const typed = (operand: Operand, one: Findings<OfOne>): Typed => {
    if ("path" in operand) {
      const path = placeholders.path(operand.path, {
        reserved: (message) => all.add("reserved", message),
        undefinedName: (message) => one.add("undefined", message),
      });
      heads.add(path[0] as string);
      if (path.length > 1) nested.add(path[0] as string);
      return { found: { path } };
    }
    if ("value" in operand) {
      const { value } = operand;
      const type = placeholders.typeOf(value, (message) => one.add("undefined", message));
      return { found: { value }, type, value: placeholders.given(value) };
    }
    const { call, operands } = operand;
    const [inner] = checked(call, true, operands, one);
    return { found: { size: inner as Found }, type: call === "size" ? "N" : "BOOL" };
  };
  const checked = (
    name: string,
    isCall: boolean,
    operands: Operand[],
    one: Findings<OfOne>,
  ): Found[] => {
    const types = operands.map((operand) => typed(operand, one));
    const found = types.map((type) => type.found);
    const wanted = isCall ? conditionFunctions.get(name) : undefined;
    if (wanted !== undefined && wanted !== types.length) {
      one.add(
        "count",
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${types.length}`,
      );
      return found;
    }
    const same = types.length === 2 && name !== "in" ? samePath(found[0], found[1]) : undefined;
    if (same)
      one.add(
        "distinct",
        `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${shownPath(same)}`,
      );
    if (isCall) checkCall(name, types, one);
    if (name === "between") checkBounds(types[1] as Typed, types[2] as Typed, one);
    return found;
  };
  const read = (part: ConditionSyntax): Condition => {
    if ("and" in part) return { and: part.and.map(read) as [Condition, Condition] };
    if ("or" in part) return { or: part.or.map(read) as [Condition, Condition] };
    if ("not" in part) return { not: read(part.not) };
    const one = findingsIn<OfOne>(["undefined", "count", "distinct", "type"]);
    const operator = "call" in part ? part.call : part.operator;
    const operands = checked(operator, "call" in part, part.operands, one);
    const worst = one.worst();
    if (worst) all.add("condition", worst);
    return { operator, operands };
  };

  const condition = read(syntax);
  const worst = all.worst();
  if (worst) throw invalid(`Invalid ${expression}: ${worst}`);
  return { condition, heads, nested };
};
