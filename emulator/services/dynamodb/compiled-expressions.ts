import type { Values } from "./conditions.ts";
import { invalid } from "./errors.ts";
import { substitutionsOf } from "./expressions/limits.ts";
import {
  type Expressions,
  expressionMembers,
  type WithExpressions,
} from "./expressions/members.ts";
import { parse } from "./expressions/parse.ts";
import { type AttributeValue, type Item, readValue, sizeOfValue } from "./items.ts";
import { checkLegacy, isLegacy, type LegacyParameters, translated } from "./legacy.ts";
import { setOwn } from "./own.ts";

type Request = WithExpressions & LegacyParameters;

/** These check a value when they are parsed, so their parse holds for that value only. */
const checksValues = /between|attribute_type/i;

/**
 * Parsed expressions by their text, names and types of values. Parsing costs far more than everything else
 * in a write, and an application has few expressions. What is kept is never changed, so all engines of the
 * process may share it: it cannot carry anything from one to another.
 */
const known = new Map<string, Expressions>();
const most = 2_000;
/** Longer ones are rare, and would keep memory that nobody needs. */
const longest = 8_192;

const without: Expressions = { nested: [] };

const expressionsOf = (request: Request, normal: Values): Expressions => {
  const texts = expressionMembers.map((name) => request[name]);
  const names = request.ExpressionAttributeNames;
  const values = request.ExpressionAttributeValues;
  if (!names && !values && texts.every((text) => text === undefined)) return without;

  const text = texts.join("\u0000");
  let key = text;
  for (const name in names) {
    if (key.length > longest) break;
    key += `\u0001${name}\u0002${names[name]}`;
  }
  for (const name in values) {
    if (key.length > longest) break;
    key += `\u0003${name}\u0004${Object.keys(values[name] as Item).join()}`;
  }
  if (key.length > longest) return parse(request, normal);
  if (values && checksValues.test(text)) key += JSON.stringify(values);

  const found = known.get(key);
  if (found) return found;
  const parsed = parse(request, normal);
  if (key.length > longest) return parsed;
  if (known.size >= most) known.clear();
  known.set(key, parsed);
  return parsed;
};

const normalValue = (name: string, value: AttributeValue): AttributeValue => {
  try {
    return readValue(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`ExpressionAttributeValues contains invalid value: ${reason} for key ${name}`);
  }
};

/** The values of a request, checked and in normal form. */
const valuesOf = ({ ExpressionAttributeNames, ExpressionAttributeValues }: Request): Values => {
  const substitutions = substitutionsOf();
  const countName = substitutions("ExpressionAttributeNames");
  for (const name in ExpressionAttributeNames)
    countName(name, Buffer.byteLength(ExpressionAttributeNames[name] as string));
  const countValue = substitutions("ExpressionAttributeValues");
  const values: Values = {};
  for (const name in ExpressionAttributeValues) {
    const value = normalValue(name, ExpressionAttributeValues[name] as AttributeValue);
    countValue(name, sizeOfValue(value));
    setOwn(values, name, value);
  }
  return values;
};

/**
 * What the expressions of a request say, or its legacy parameters in their place, and the values to it.
 * Throws AWS's ValidationException.
 */
export const compiled = (request: Request) => {
  const values = valuesOf(request);
  const expressions = expressionsOf(request, values);
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
  request: Request,
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
