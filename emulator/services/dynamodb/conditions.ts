import {
  type AttributeValue,
  attribute,
  copyValue,
  type Item,
  sameValue,
  sizeOfValue,
  typeOf,
} from "./items.ts";
import { compareNumbers } from "./numbers.ts";
import { setOwn } from "./own.ts";
import { includesBytes, includesText } from "./substring.ts";

/** A document path: attribute name, then map members and list places. */
export type Path = (string | number)[];

/** The values of a request by their placeholders, `:name`. */
export type Values = Record<string, AttributeValue>;

/** What stands on either side of an operator: a path, a placeholder, or size() of such. */
export type Operand = { path: Path } | { value: string } | { size: Operand };

/** A parsed condition or filter without its values: those are looked up when it is asked. */
export type Condition =
  | { and: [Condition, Condition] }
  | { or: [Condition, Condition] }
  | { not: Condition }
  | { operator: string; operands: Operand[] };

/** What lies at the path, if anything. */
export const valueAt = (item: Item, path: Path): AttributeValue | undefined => {
  let value = attribute(item, path[0] as string);
  for (let i = 1; i < path.length && value; i++) {
    const step = path[i] as string | number;
    value = typeof step === "number" ? value.L?.[step] : value.M && attribute(value.M, step);
  }
  return value;
};

const countOf = (value: AttributeValue): number | undefined => {
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return sizeOfValue(value);
  const members = value.SS ?? value.NS ?? value.BS ?? value.L ?? (value.M && Object.keys(value.M));
  return members?.length;
};

const resolve = (operand: Operand, item: Item, values: Values): AttributeValue | undefined => {
  if ("path" in operand) return valueAt(item, operand.path);
  if ("value" in operand) return values[operand.value];
  const inner = resolve(operand.size, item, values);
  const count = inner && countOf(inner);
  return count === undefined ? undefined : { N: String(count) };
};

const bytes = (base64: string) => Buffer.from(base64, "base64");

const compareBytes = (left: string, right: string) => Buffer.compare(bytes(left), bytes(right));

/** Below, at or above zero; undefined when the two are not of one ordered type. */
export const compareValues = (left: AttributeValue, right: AttributeValue): number | undefined => {
  if (left.S !== undefined && right.S !== undefined)
    return left.S === right.S ? 0 : Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  if (left.N !== undefined && right.N !== undefined) return compareNumbers(left.N, right.N);
  if (left.B !== undefined && right.B !== undefined) return compareBytes(left.B, right.B);
  return undefined;
};

const beginsWith = (value: AttributeValue, prefix: AttributeValue): boolean => {
  if (value.S !== undefined && prefix.S !== undefined) return value.S.startsWith(prefix.S);
  if (value.B === undefined || prefix.B === undefined) return false;
  const start = bytes(prefix.B);
  return bytes(value.B).subarray(0, start.length).equals(start);
};

const contains = (value: AttributeValue, member: AttributeValue): boolean => {
  if (value.L) {
    // What is the same is as large: of all others not even a large map's names are counted.
    const size = sizeOfValue(member);
    return value.L.some((one) => sizeOfValue(one) === size && sameValue(one, member));
  }
  if (member.S !== undefined)
    return value.S === undefined
      ? (value.SS?.includes(member.S) ?? false)
      : includesText(value.S, member.S);
  if (member.N !== undefined) return value.NS?.includes(member.N) ?? false;
  if (member.B === undefined) return false;
  if (value.B !== undefined) return includesBytes(bytes(value.B), bytes(member.B));
  return value.BS?.includes(member.B) ?? false;
};

const compares = (
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
  holds: (order: number) => boolean,
): boolean => {
  const order = left && right && compareValues(left, right);
  return order !== undefined && holds(order);
};

type Test = (...operands: (AttributeValue | undefined)[]) => boolean;

const equal: Test = (left, right) => !!left && !!right && sameValue(left, right);

const tests: Record<string, Test> = {
  "=": equal,
  // An absent attribute differs from every value.
  "<>": (left, right) => !equal(left, right),
  "<": (left, right) => compares(left, right, (order) => order < 0),
  "<=": (left, right) => compares(left, right, (order) => order <= 0),
  ">": (left, right) => compares(left, right, (order) => order > 0),
  ">=": (left, right) => compares(left, right, (order) => order >= 0),
  in: (value, ...members) => members.some((member) => equal(value, member)),
  between: (value, low, high) =>
    compares(value, low, (order) => order >= 0) && compares(value, high, (order) => order <= 0),
  attribute_exists: (value) => value !== undefined,
  attribute_not_exists: (value) => value === undefined,
  attribute_type: (value, type) => !!value && typeOf(value) === type?.S,
  begins_with: (value, prefix) => !!value && !!prefix && beginsWith(value, prefix),
  contains: (value, member) => !!value && !!member && contains(value, member),
};

/** Whether the condition holds for the item (an absent item has no attributes). */
export const holds = (condition: Condition, item: Item, values: Values): boolean => {
  if ("and" in condition)
    return holds(condition.and[0], item, values) && holds(condition.and[1], item, values);
  if ("or" in condition)
    return holds(condition.or[0], item, values) || holds(condition.or[1], item, values);
  if ("not" in condition) return !holds(condition.not, item, values);
  const operands = condition.operands.map((operand) => resolve(operand, item, values));
  return (tests[condition.operator] as Test)(...operands);
};

/** A part of an item while it is put together: lists still hold their gaps. */
type Branch = { M: Record<string, Branch> } | { L: Branch[] } | { leaf: AttributeValue };

const grow = (root: Record<string, Branch>, path: Path, leaf: AttributeValue) => {
  let branch: Branch = { M: root };
  path.forEach((step, i) => {
    const next = path[i + 1];
    const fresh = (): Branch =>
      next === undefined ? { leaf } : typeof next === "number" ? { L: [] } : { M: {} };
    if ("leaf" in branch) return;
    const holder = ("M" in branch ? branch.M : branch.L) as Record<string | number, Branch>;
    const grown: Branch = Object.hasOwn(holder, step) ? (holder[step] as Branch) : fresh();
    setOwn(holder, step, grown);
    branch = grown;
  });
};

const finished = (branch: Branch): AttributeValue => {
  if ("leaf" in branch) return copyValue(branch.leaf);
  if ("L" in branch) return { L: branch.L.filter(() => true).map(finished) };
  return {
    M: Object.fromEntries(Object.entries(branch.M).map(([name, b]) => [name, finished(b)])),
  };
};

/** A copy of what lies at the paths, in its place: of lists only the chosen members, closed up. */
export const project = (item: Item, paths: readonly Path[]): Item => {
  const root: Record<string, Branch> = {};
  for (const path of paths) {
    const value = valueAt(item, path);
    if (value) grow(root, path, value);
  }
  return (finished({ M: root }).M ?? {}) as Item;
};
