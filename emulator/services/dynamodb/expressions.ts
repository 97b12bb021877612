import dynalite from "dynalite/validations/index.js";
import type { Condition, Operand, Path, Values } from "./conditions.ts";
import { invalid } from "./errors.ts";
import { type AttributeValue, type Item, readValue } from "./items.ts";
import { checkLegacy, isLegacy, type LegacyParameters, translated } from "./legacy.ts";
import { withAwsWords } from "./syntax-errors.ts";
import type { Clause, Term, Update } from "./updates.ts";

/** The comparison of one key attribute in a key condition, its values by placeholder. */
export type KeyComparison = { operator: string; values: string[] };

/** The expressions of one request, parsed, with placeholders for values. */
export type Expressions = {
  update?: Update;
  condition?: Condition;
  key?: Record<string, KeyComparison>;
  filter?: Condition;
  /** The attributes that the filter names, for the rule that it may not name key attributes. */
  filterHeads?: string[];
  projection?: Path[];
  /** Attributes into which a path goes: key attributes may not be among them. */
  nested: string[];
};

/** What parsing needs of a request. */
export type WithExpressions = LegacyParameters & {
  UpdateExpression?: string;
  ConditionExpression?: string;
  KeyConditionExpression?: string;
  FilterExpression?: string;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
};

/** A node of dynalite's syntax trees: a path, a value of the request, or an operator. */
type Node = Path | AttributeValue | { type: string; name?: string; args: Node[] };
type Section = { type: "set" | "remove" | "add" | "delete"; path: Path; val?: Node };
type Parsed = {
  _updates?: { sections: Section[]; paths: Path[]; nestedPaths: Record<string, true> };
  _condition?: ParsedCondition;
  _keyCondition?: ParsedCondition;
  _filter?: ParsedCondition;
  _projection?: { paths: Path[]; nestedPaths: Record<string, true> };
};
type ParsedCondition = {
  expression: Node;
  nestedPaths: Record<string, true>;
  pathHeads: Record<string, true>;
};

/** Turns dynalite's trees, which hold values, into ours, which hold their placeholders. */
const translator = (names: Map<unknown, string>) => {
  const operator = (node: Node) => node as { type: string; name?: string; args: Node[] };
  const kindOf = (node: Node) => {
    const { type, name } = operator(node);
    return type === "function" ? (name as string) : type;
  };

  const operand = (node: Node): Operand => {
    if (Array.isArray(node)) return { path: node };
    const value = names.get(node);
    return value === undefined ? { size: operand(operator(node).args[0] as Node) } : { value };
  };
  const condition = (node: Node): Condition => {
    const { args } = operator(node);
    const kind = kindOf(node);
    if (kind === "and" || kind === "or") {
      const pair = args.map(condition) as [Condition, Condition];
      return kind === "and" ? { and: pair } : { or: pair };
    }
    if (kind === "not") return { not: condition(args[0] as Node) };
    return { operator: kind, operands: args.map(operand) };
  };
  const term = (node: Node): Term => {
    if (Array.isArray(node)) return { path: node };
    const value = names.get(node);
    if (value !== undefined) return { value };
    const { args } = operator(node);
    const kind = kindOf(node);
    if (kind === "if_not_exists") return { ifNotExists: [args[0] as Path, term(args[1] as Node)] };
    const pair = args.map(term) as [Term, Term];
    if (kind === "list_append") return { append: pair };
    return { plus: pair, sign: kind === "add" ? 1 : -1 };
  };
  const clause = ({ type, path, val }: Section): Clause => {
    if (type === "remove") return { type, path };
    if (type === "set") return { type, path, term: term(val as Node) };
    return { type, path, value: names.get(val) as string };
  };
  return { condition, clause };
};

/** The members of requests that are expressions. */
export const expressionMembers = [
  "UpdateExpression",
  "ConditionExpression",
  "KeyConditionExpression",
  "FilterExpression",
  "ProjectionExpression",
] as const;

const checkLength = (request: WithExpressions) => {
  for (const name of expressionMembers) {
    const size = Buffer.byteLength(request[name] ?? "");
    if (size > 4096)
      throw invalid(
        `Invalid ${name}: Expression size has exceeded the maximum allowed size; expression size: ${size}`,
      );
  }
};

/** At most 300 operators and functions in an expression, and 100 operands of an IN beside the first. */
const checkOperators = (name: string, roots: (Node | undefined)[]) => {
  let count = 0;
  const visit = (node: Node | undefined) => {
    if (!node || Array.isArray(node) || !("args" in node)) return;
    count += 1;
    const operands = node.args.length - 1;
    if (node.type === "in" && operands > 100)
      throw invalid(
        `Invalid ${name}: The IN operator is provided with too many operands; number of operands: ${operands}`,
      );
    for (const inner of node.args) visit(inner);
  };
  for (const root of roots) visit(root);
  if (count > 300)
    throw invalid(
      `Invalid ${name}: The expression contains too many operators; operator count: ${count}`,
    );
};

const parse = (request: WithExpressions): Expressions => {
  checkLength(request);
  // Every placeholder gets a value of its own, so that the parser's values tell which they were.
  const ExpressionAttributeValues = structuredClone(request.ExpressionAttributeValues);
  const names = new Map<unknown, string>(
    Object.entries(ExpressionAttributeValues ?? {}).map(([name, value]) => [value, name]),
  );
  const parsed: WithExpressions & Parsed = { ...request, ExpressionAttributeValues };
  const mistake = dynalite.validateExpressions(parsed);
  if (mistake) throw invalid(withAwsWords(mistake, { ...request }));

  const { condition, clause } = translator(names);
  const { _updates, _condition, _keyCondition, _filter, _projection } = parsed;
  checkOperators("UpdateExpression", _updates?.sections.map(({ val }) => val) ?? []);
  checkOperators("ConditionExpression", [_condition?.expression]);
  checkOperators("KeyConditionExpression", [_keyCondition?.expression]);
  checkOperators("FilterExpression", [_filter?.expression]);
  const nested = new Set<string>();
  for (const part of [_updates, _condition, _filter, _projection])
    for (const head in part?.nestedPaths) nested.add(head);

  const expressions: Expressions = { nested: [...nested] };
  if (_updates)
    expressions.update = {
      clauses: _updates.sections.map(clause),
      paths: _updates.paths,
      heads: new Set(_updates.paths.map(([head]) => head as string)),
    };
  if (_condition) expressions.condition = condition(_condition.expression);
  if (_keyCondition) {
    const converted = dynalite.convertKeyCondition(_keyCondition.expression);
    if (typeof converted === "string") throw invalid(converted);
    const count = Object.keys(converted).length;
    if (count > 2) throw invalid("Conditions can be of length 1 or 2 only");
    expressions.key = Object.fromEntries(
      Object.entries(converted).map(([name, { ComparisonOperator, AttributeValueList }]) => [
        name,
        {
          operator: ComparisonOperator,
          values: AttributeValueList.map((value) => names.get(value) as string),
        },
      ]),
    );
  }
  if (_filter) {
    expressions.filter = condition(_filter.expression);
    expressions.filterHeads = Object.keys(_filter.pathHeads);
  }
  if (_projection) expressions.projection = _projection.paths;
  return expressions;
};

/** These check a value when they are parsed, so their parse holds for that value only. */
const checksValues = /between|attribute_type/i;

/**
 * Parsed expressions by their text, names and types of values. Parsing costs far more than everything else
 * in a write, and an application has few expressions. What is kept is never changed, so all engines of the
 * process may share it: it cannot carry anything from one to another.
 */
const known = new Map<string, Expressions>();
const most = 5_000;

const without: Expressions = { nested: [] };

const expressionsOf = (request: WithExpressions): Expressions => {
  const texts = expressionMembers.map((name) => request[name]);
  const names = request.ExpressionAttributeNames;
  const values = request.ExpressionAttributeValues;
  if (!names && !values && texts.every((text) => text === undefined)) return without;

  const text = texts.join("\u0000");
  let key = text;
  for (const name in names) key += `\u0001${name}\u0002${names[name]}`;
  for (const name in values)
    key += `\u0003${name}\u0004${Object.keys(values[name] as Item).join()}`;
  if (values && checksValues.test(text)) key += JSON.stringify(values);

  const found = known.get(key);
  if (found) return found;
  const parsed = parse(request);
  if (known.size >= most) known.clear();
  known.set(key, parsed);
  return parsed;
};

/** The values of a request, checked and in normal form. */
const valuesOf = ({ ExpressionAttributeValues }: WithExpressions): Values => {
  const values: Values = {};
  for (const name in ExpressionAttributeValues)
    try {
      values[name] = readValue(ExpressionAttributeValues[name] as AttributeValue);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw invalid(`ExpressionAttributeValues contains invalid value: ${reason} for key ${name}`);
    }
  return values;
};

/**
 * What the expressions of a request say, or its legacy parameters in their place, and the values to it.
 * Throws AWS's ValidationException.
 */
export const compiled = (request: WithExpressions) => {
  const values = valuesOf(request);
  const expressions = expressionsOf(request);
  if (!isLegacy(request)) return { expressions, values };
  const legacy = translated(request);
  return {
    expressions: { ...expressions, ...legacy.expressions },
    values: { ...values, ...legacy.values },
  };
};

/**
 * Refuses names and values without an expression that could use them, and legacy parameters beside
 * expressions. `takes` is what the operation takes.
 */
export const checkParameters = (
  request: WithExpressions,
  takes: readonly (typeof expressionMembers)[number][],
) => {
  const legacy = isLegacy(request);
  if (!request.ExpressionAttributeNames && !request.ExpressionAttributeValues && !legacy) return;
  const given = takes.filter((name) => request[name] !== undefined);
  if (legacy) checkLegacy(request, given);
  if (request.ExpressionAttributeNames && given.length === 0)
    throw invalid("ExpressionAttributeNames can only be specified when using expressions");
  const valued = takes.filter((name) => name !== "ProjectionExpression");
  if (
    request.ExpressionAttributeValues &&
    valued.length > 0 &&
    valued.every((name) => !given.includes(name))
  )
    throw invalid(
      `ExpressionAttributeValues can only be specified when using expressions: ${valued.join(" and ")} ${valued.length > 1 ? "are" : "is"} null`,
    );
};
