import { isObject } from "../../../kernel/json.ts";
import { expressionMembers } from "../expressions/members.ts";
import { deepest } from "../items.ts";
import { legacyParameters } from "../legacy.ts";
import type { Limits, Member, Members } from "./members.ts";

/** A quick test of whether something is as it should be, without a word about why not. */
export type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isTruth: Check = (value) => typeof value === "boolean";

/** Whether it is binary as JSON carries it. */
export const isBlob: Check = (value) =>
  typeof value === "string" &&
  value.length % 4 === 0 &&
  (value === "" || Buffer.from(value, "base64").toString("base64") === value);

const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const mapOf =
  (check: Check, room = Number.POSITIVE_INFINITY): Check =>
  (value) => {
    if (!isObject(value)) return false;
    let characters = 0;
    for (const name in value) {
      characters += name.length;
      if (characters > room || !check(value[name])) return false;
    }
    return true;
  };

const scalars = new Map<string, Check>(
  Object.entries({
    S: isText,
    N: isText,
    B: isBlob,
    BOOL: isTruth,
    NULL: isTruth,
    SS: listOf(isText),
    NS: listOf(isText),
    BS: listOf(isBlob),
  }),
);

const isValueAt = (value: unknown, level: number): boolean => {
  if (!isObject(value) || level > deepest) return false;
  for (const type in value) {
    const inner = value[type];
    if (type === "M") {
      if (!isObject(inner)) return false;
      for (const name in inner) if (!isValueAt(inner[name], level + 1)) return false;
    } else if (type === "L") {
      if (!Array.isArray(inner)) return false;
      for (const member of inner) if (!isValueAt(member, level + 1)) return false;
    } else if (!scalars.get(type)?.(inner)) return false;
  }
  return true;
};

const lengthOf = (value: unknown) =>
  isObject(value) ? Object.keys(value).length : (value as string | unknown[]).length;

const limitsOf = (limits: Limits): Check[] => {
  const { choices, pattern, least, most, shortest, longest, keys, each } = limits;
  const checks: Check[] = [];
  if (choices) checks.push((value) => choices.includes(value as string));
  if (pattern !== undefined) {
    const whole = new RegExp(`^${pattern}$`);
    checks.push((value) => whole.test(value as string));
  }
  if (least !== undefined) checks.push((value) => (value as number) >= least);
  if (most !== undefined) checks.push((value) => (value as number) <= most);
  if (shortest !== undefined) checks.push((value) => lengthOf(value) >= shortest);
  if (longest !== undefined) checks.push((value) => lengthOf(value) <= longest);
  if (keys) {
    const all = within(keys);
    checks.push((value) => Object.keys(value as object).every(all));
  }
  if (each) {
    const all = within(each);
    checks.push((value) => Object.values(value as object).every(all));
  }
  return checks;
};

/** Whether a value of the right type is within the limits. */
export const within = (limits: Limits): Check => {
  const checks = limitsOf(limits);
  return (value) => checks.every((check) => check(value));
};

const never: Check = () => false;

/** A quick test of all members of a request, or of a structure in one. */
export const quickCheck = (members: Members): Check => {
  const checks = new Map<string, Check>();
  // An action of a transaction has no Expected, a Scan no KeyConditionExpression: what AWS drops is dropped by the
  // slow way.
  for (const name of [...legacyParameters, ...expressionMembers]) checks.set(name, never);
  const required: string[] = [];
  for (const [name, member] of Object.entries(members)) {
    checks.set(name, memberCheck(member));
    if (member.notNull) required.push(name);
  }
  return (value) => {
    if (!isObject(value)) return false;
    for (const name of required) if (value[name] === undefined) return false;
    for (const name in value) {
      const inner = value[name];
      if (inner !== undefined && checks.get(name)?.(inner) === false) return false;
    }
    return true;
  };
};

const typeCheck = (member: Member): Check => {
  switch (member.type) {
    case "String":
      return isText;
    case "Boolean":
      return isTruth;
    case "List":
      return listOf(memberCheck(member.of));
    case "Map":
      return mapOf(memberCheck(member.of), member.room?.characters);
    case "Structure":
      return quickCheck(member.members);
    case "AttributeValue":
      return (value) => isValueAt(value, 1);
    default:
      return Number.isInteger;
  }
};

const memberCheck = (member: Member): Check => {
  const type = typeCheck(member);
  const limits = limitsOf(member);
  return limits.length === 0
    ? type
    : (value) => type(value) && limits.every((check) => check(value));
};
