import type { Path, Values } from "../conditions.ts";
import { invalid } from "../errors.ts";
import { type AttributeType, checkAttributeName, typeOf } from "../items.ts";
import type { Step } from "./operands.ts";
import { isReserved } from "./reserved-words.ts";

/** What the `#names` and `:values` of a request stand for, and which of them its expressions used. */
export type Placeholders = {
  /** The path with names in the place of placeholders. Undefined names are told to `undefinedName`. */
  path: (path: readonly Step[], problems: PathProblems) => Path;
  /** The type of the value. Undefined values are told to `undefinedValue`. */
  typeOf: (value: string, undefinedValue: (message: string) => void) => AttributeType | undefined;
  given: (value: string) => Values[string] | undefined;
  /** Throws when there are some that no expression used. */
  checkUsed: () => void;
};

/** Who is told of what is wrong with a path. */
export type PathProblems = {
  reserved: (message: string) => void;
  undefinedName: (message: string) => void;
};

const checkKeys = (member: string, map: object | undefined, sign: "#" | ":") => {
  if (!map) return;
  const keys = Object.keys(map);
  if (keys.length === 0) throw invalid(`${member} must not be empty`);
  for (const key of keys) {
    if (key[0] !== sign || !/^\w+$/.test(key.slice(1)))
      throw invalid(`${member} contains invalid key: Syntax error; key: "${key}"`);
    if (key.length > 255)
      throw invalid(
        `${member} contains invalid key: The expression attribute map contains a key that is too long; key: "${key}"`,
      );
  }
};

const longestPath = 32;
const lastPlace = 2 ** 31 - 1;

/** The placeholders of one request. Throws AWS's ValidationException when one is malformed. */
export const placeholdersOf = (
  names: Record<string, string> | undefined,
  values: Values | undefined,
): Placeholders => {
  checkKeys("ExpressionAttributeNames", names, "#");
  checkKeys("ExpressionAttributeValues", values, ":");
  for (const key in names) checkAttributeName(names[key] as string);
  const unusedNames = new Set(Object.keys(names ?? {}));
  const unusedValues = new Set(Object.keys(values ?? {}));

  const named = (step: string, { reserved, undefinedName }: PathProblems) => {
    if (step[0] !== "#") {
      if (isReserved(step))
        reserved(`Attribute name is a reserved keyword; reserved keyword: ${step}`);
      return step;
    }
    unusedNames.delete(step);
    const name = names && Object.hasOwn(names, step) ? names[step] : undefined;
    if (!name)
      undefinedName(
        `An expression attribute name used in the document path is not defined; attribute name: ${step}`,
      );
    return name ?? step;
  };
  const given = (value: string) =>
    values && Object.hasOwn(values, value) ? values[value] : undefined;

  return {
    path(path, problems) {
      if (path.length > longestPath)
        problems.undefinedName(
          `The document path has too many nesting levels; nesting levels: ${path.length}`,
        );
      return path.map((step) => {
        if (typeof step === "string") return named(step, problems);
        if (Number(step.place) > lastPlace)
          problems.reserved(`List index is not within the allowable range; index: [${step.place}]`);
        return Number(step.place);
      });
    },
    typeOf(value, undefinedValue) {
      unusedValues.delete(value);
      const found = given(value);
      if (found) return typeOf(found);
      undefinedValue(
        `An expression attribute value used in expression is not defined; attribute value: ${value}`,
      );
      return undefined;
    },
    given,
    checkUsed() {
      const check = (member: string, unused: Set<string>) => {
        if (unused.size > 0)
          throw invalid(
            `Value provided in ${member} unused in expressions: keys: {${[...unused].join(", ")}}`,
          );
      };
      check("ExpressionAttributeNames", unusedNames);
      check("ExpressionAttributeValues", unusedValues);
    },
  };
};
