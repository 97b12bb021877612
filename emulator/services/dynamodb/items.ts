import { invalid, invalidParameter } from "./errors.ts";
import { normalNumber, sizeOfNumber } from "./numbers.ts";
import { ownOf, setOwn } from "./own.ts";

/** A value as the wire carries it: exactly one of these members. Never changed once it is stored. */
export type AttributeValue = {
  S?: string;
  N?: string;
  B?: string;
  BOOL?: boolean;
  NULL?: boolean;
  SS?: string[];
  NS?: string[];
  BS?: string[];
  L?: AttributeValue[];
  M?: Item;
};

/** The wire's names of types. */
export type AttributeType = keyof AttributeValue;

/** Attributes by their names. */
export type Item = { [name: string]: AttributeValue };

/** The attribute, also when it is called `constructor`. */
export const attribute = (item: Item, name: string): AttributeValue | undefined =>
  ownOf(item, name);

/** The most bytes of an item. */
export const largestItem = 400 * 1024;

/** What AWS answers when there are more, by a put or by an update. */
export const tooLarge = (update: boolean) =>
  invalid(
    update
      ? "Item size to update has exceeded the maximum allowed size"
      : "Item size has exceeded the maximum allowed size",
  );

/** What AWS answers when attributes are not those of a table's key. */
export const notTheKey = () => invalid("The provided key element does not match the schema");

/** The type of a value. Throws a ValidationException when it has none. */
export const typeOf = (value: AttributeValue): AttributeType => {
  for (const type in value) return type as AttributeType;
  throw invalid(
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
  );
};

/** The most levels of an attribute: a text in an item is at the first. */
export const deepest = 32;

/** What AWS answers when there are more. */
export const tooDeep = () =>
  invalid(
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
  );

const setOf = (type: "SS" | "NS" | "BS", members: string[]): string[] => {
  if (members.length === 0)
    throw invalidParameter(
      type === "BS"
        ? "Binary sets should not be empty"
        : `An ${type === "SS" ? "string" : "number"} set  may not be empty`,
    );
  const all = type === "NS" ? members.map(normalNumber) : [...members];
  if (new Set(all).size < all.length) {
    const shown = `[${members.join(", ")}]`;
    if (type === "NS") throw invalid("Input collection contains duplicates");
    throw invalidParameter(
      `Input collection ${shown}${type === "BS" ? "of type BS" : ""} contains duplicates.`,
    );
  }
  return all;
};

/**
 * The value checked, its numbers in normal form, shared with nobody. Throws AWS's ValidationException. It is of a
 * request that was checked: it has no more levels than an item may have.
 */
export const readValue = (value: AttributeValue): AttributeValue => {
  const type = typeOf(value);
  const read = ((): AttributeValue => {
    switch (type) {
      case "S":
        return { S: value.S as string };
      case "N":
        return { N: normalNumber(value.N as string) };
      case "B":
        return { B: value.B as string };
      case "BOOL":
        return { BOOL: value.BOOL as boolean };
      case "NULL":
        if (!value.NULL)
          throw invalidParameter("Null attribute value types must have the value of true");
        return { NULL: true };
      case "L":
        return { L: (value.L as AttributeValue[]).map(readValue) };
      case "M":
        return { M: readItem(value.M as Item) };
      default:
        return { [type]: setOf(type, value[type] as string[]) };
    }
  })();
  let members = 0;
  for (const _ in value) members += 1;
  if (members > 1)
    throw invalid(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  return read;
};

/** All attributes of an item or a map, as readValue reads them. */
export const readItem = (item: Item): Item => {
  const read: Item = {};
  for (const name in item) setOwn(read, name, readValue(item[name] as AttributeValue));
  return read;
};

/** How many levels a value has: a text has one. */
const levelsOf = (value: AttributeValue): number => {
  const within = value.L ?? (value.M && Object.values(value.M));
  return within ? within.reduce((most, inner) => Math.max(most, 1 + levelsOf(inner)), 1) : 1;
};

/** Refuses to put the value below so many others when an item may not have as many levels. */
export const checkLevels = (value: AttributeValue, above: number) => {
  if ((value.L || value.M) && above + levelsOf(value) > deepest) throw tooDeep();
};

/** A copy that the caller may change. */
export const copyValue = (value: AttributeValue): AttributeValue => {
  if (value.M) return { M: copyItem(value.M) };
  if (value.L) return { L: value.L.map(copyValue) };
  if (value.SS) return { SS: [...value.SS] };
  if (value.NS) return { NS: [...value.NS] };
  if (value.BS) return { BS: [...value.BS] };
  return { ...value };
};

/** A copy that the caller may change. */
export const copyItem = (item: Item): Item => {
  const copy: Item = {};
  for (const name in item) setOwn(copy, name, copyValue(item[name] as AttributeValue));
  return copy;
};

const sizeOfBinary = (base64: string) =>
  (base64.length / 4) * 3 - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);

const sum = <T>(members: T[], size: (member: T) => number) =>
  members.reduce((total, member) => total + size(member), 0);

/** Bytes of a value as DynamoDB counts them: UTF-8 text, half a byte a digit, 3 and 1 a member for containers. */
export const sizeOfValue = (value: AttributeValue): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return sizeOfNumber(value.N);
  if (value.B !== undefined) return sizeOfBinary(value.B);
  if (value.SS) return sum(value.SS, (member) => Buffer.byteLength(member));
  if (value.NS) return sum(value.NS, sizeOfNumber);
  if (value.BS) return sum(value.BS, sizeOfBinary);
  if (value.L) return 3 + sum(value.L, (member) => 1 + sizeOfValue(member));
  if (value.M) return 3 + Object.keys(value.M).length + sizeOfItem(value.M);
  return 1;
};

/** The bytes of an attribute's name. Throws a ValidationException when there are too many. */
export const checkAttributeName = (name: string): number => {
  const length = Buffer.byteLength(name);
  if (length > 65_535)
    throw invalid(
      "1 validation error detected: Attribute name is too large, must be less than 65536 bytes",
    );
  return length;
};

/** Bytes of names and values together. */
export const sizeOfItem = (item: Item): number => {
  let size = 0;
  for (const name in item)
    size += checkAttributeName(name) + sizeOfValue(item[name] as AttributeValue);
  return size;
};

/** Whether a member is in the set: an item has room for 100,000 of them. */
export const memberOf = (set: string[]): ((member: string) => boolean) => {
  if (set.length <= 16) return (member) => set.includes(member);
  const members = new Set(set);
  return (member) => members.has(member);
};

const sameSet = (left: string[], right: string[]) =>
  left.length === right.length && left.every(memberOf(right));

/** Equal as DynamoDB compares: of one type, sets in any order, lists and maps all the way down. */
export const sameValue = (left: AttributeValue, right: AttributeValue): boolean => {
  if (left === right) return true;
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if (left.M && right.M) return sameItem(left.M, right.M);
  if (left.L && right.L) {
    const other = right.L;
    return (
      left.L.length === other.length &&
      left.L.every((member, i) => sameValue(member, other[i] as AttributeValue))
    );
  }
  if (type === "SS" || type === "NS" || type === "BS")
    return sameSet(left[type] as string[], right[type] as string[]);
  return left[type] === right[type];
};

/** Equal names and values. */
export const sameItem = (left: Item, right: Item): boolean => {
  if (left === right) return true;
  let names = 0;
  for (const name in left) {
    const other = attribute(right, name);
    if (!other || !sameValue(left[name] as AttributeValue, other)) return false;
    names += 1;
  }
  return names === Object.keys(right).length;
};
