import { AwsError } from "../../../kernel/engine.ts";
import { deepest, tooDeep } from "../items.ts";
import { ownOf } from "../own.ts";
import {
  attributeValue,
  list,
  type Member,
  type Members,
  map,
  type Room,
  text,
  truth,
} from "./members.ts";
import { isBlob } from "./quick.ts";

const wrong = (message: string) => new AwsError("SerializationException", message);

const unexpected = () => wrong("Start of structure or map found where not expected");

const ofDynamo = (name: string) =>
  name.includes(".") ? name : `com.amazonaws.dynamodb.v20120810.${name}`;

/** What AWS says of a value that is not of the scalar type. */
const notScalar = (value: unknown, type: string) => {
  if (Array.isArray(value)) return wrong(`Unrecognized collection type class java.lang.${type}`);
  if (typeof value === "object") return unexpected();
  const found =
    typeof value === "boolean"
      ? `${value ? "TRUE" : "FALSE"}_VALUE`
      : typeof value === "string"
        ? "STRING_VALUE"
        : `${Number.isInteger(value) ? "NUMBER" : "DECIMAL"}_VALUE`;
  return wrong(`${found} cannot be converted to ${type}`);
};

const truths: Record<string, boolean> = {
  TRUE: true,
  "1": true,
  YES: true,
  FALSE: false,
  "0": false,
  NO: false,
};

const truthOf = (value: unknown): boolean => {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") throw notScalar(value, "Boolean");
  const found = ownOf(truths, value.toUpperCase());
  if (found === undefined) throw wrong("Unexpected token received from parser");
  return found;
};

const blobOf = (value: unknown): string => {
  if (Array.isArray(value)) throw wrong("Unrecognized collection type class java.nio.ByteBuffer");
  if (typeof value === "object") throw unexpected();
  if (typeof value !== "string")
    throw wrong("only base-64-encoded strings are convertible to bytes");
  if (value.length % 4 !== 0)
    throw wrong(
      `Base64 encoded length is expected a multiple of 4 bytes but found: ${value.length}`,
    );
  if (!isBlob(value)) throw wrong("Invalid last non-pad Base64 character dectected");
  return value;
};

const generic =
  "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of loader 'bootstrap')";

const elementsOf = (value: unknown, isGeneric: true | undefined): unknown[] => {
  if (Array.isArray(value)) return value;
  if (typeof value === "object") throw unexpected();
  throw wrong(isGeneric ? generic : "Unexpected field type");
};

const entriesOf = (
  value: unknown,
  values: string,
  isGeneric: true | undefined,
  room: Room | undefined,
): [string, unknown][] => {
  if (Array.isArray(value))
    throw wrong(
      `Unrecognized collection type java.util.Map<java.lang.String, ${ofDynamo(values)}>`,
    );
  if (typeof value !== "object") throw wrong(isGeneric ? generic : "Unexpected field type");
  if (room) {
    let characters = 0;
    for (const name in value as object) {
      characters += name.length;
      if (characters > room.characters) throw room.refusal();
    }
  }
  return Object.entries(value as object);
};

const structureOf = (value: unknown, name: string, within: true | undefined) => {
  if (Array.isArray(value)) throw wrong(`Unrecognized collection type class ${ofDynamo(name)}`);
  if (typeof value !== "object")
    throw wrong(within ? "Unexpected value type in payload" : "Unexpected field type");
  return value as Record<string, unknown>;
};

const isNothing = (value: unknown) => value === undefined || value === null;

/** The members of an attribute value; binary ones are told apart by name. */
const ofAttributeValue: Members = {
  S: text(),
  B: text(),
  N: text(),
  BOOL: truth(),
  NULL: truth(),
  BS: list(text()),
  NS: list(text()),
  SS: list(text()),
  L: list(attributeValue),
  M: map("AttributeValue", attributeValue),
};

const attributeValueOf = (value: unknown, within: true | undefined, level: number) => {
  if (level > deepest) throw tooDeep();
  const given = structureOf(value, "AttributeValue", within);
  const found: Record<string, unknown> = {};
  for (const [type, member] of Object.entries(ofAttributeValue)) {
    const inner = ownOf(given, type);
    if (isNothing(inner)) continue;
    if (type === "B") found.B = blobOf(inner);
    else if (type === "BS") found.BS = elementsOf(inner, undefined).map(blobOf);
    else found[type] = converted(inner, member, level + 1);
  }
  return found;
};

/** The value as the type that it is to have. Throws AWS's SerializationException when it is another. */
const converted = (value: unknown, member: Member, level = 1): unknown => {
  if (isNothing(value)) return value;
  switch (member.type) {
    case "String":
      if (typeof value !== "string") throw notScalar(value, "String");
      return value;
    case "Boolean":
      return truthOf(value);
    case "List":
      return elementsOf(value, member.generic).map((inner) => converted(inner, member.of, level));
    case "Map":
      return Object.fromEntries(
        entriesOf(value, member.values, member.generic, member.room).map(([key, inner]) => [
          key,
          converted(inner, member.of, level),
        ]),
      );
    case "Structure":
      return withTypes(structureOf(value, member.name, member.within), member.members);
    case "AttributeValue":
      return attributeValueOf(value, member.within, level);
    default:
      if (typeof value !== "number") throw notScalar(value, member.type);
      return Math.floor(value);
  }
};

/** A request's members in their types, without those that are not known or null. Throws a SerializationException. */
export const withTypes = (given: Record<string, unknown>, members: Members) => {
  const found: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    const value = Object.hasOwn(given, name) ? converted(given[name], member) : undefined;
    if (!isNothing(value)) found[name] = value;
  }
  return found;
};
