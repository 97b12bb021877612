import { AwsError, type Engine, type Operation } from "../../kernel/engine.ts";

/** What AWS's API model says of a member: the length of a text, list or map, or the range of a number. */
export type Constraint = {
  required?: true | undefined;
  /** What it is, where it is no text and no number; its length is that of the list or map. */
  kind?: "list" | "map";
  length?: readonly [least: number, most: number];
  range?: readonly [least: number, most: number];
  /** As AWS words it, of the whole value. */
  pattern?: string;
  oneOf?: readonly string[];
};

/** Members by their place: "Name", "Tags[].Key" for each of a list, "Paths{}" for each value of a map, "Paths<>" for its keys. */
export type Constraints = Record<string, Constraint>;

const lowered = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

type Found = [place: string, value: unknown];

type Step = [name: string, all: string | undefined];

const places = new Map<string, Step[]>();
const stepsOf = (place: string): Step[] => {
  const known = places.get(place);
  if (known) return known;
  const steps = place.split(".").map((step): Step => {
    const [, name = "", all] = /^(\w+)(\[\]|\{\}|<>)?$/.exec(step) ?? [];
    return [name, all];
  });
  places.set(place, steps);
  return steps;
};

/** The members of an input at a place, with the names that AWS gives them. */
const membersAt = (input: unknown, place: string): Found[] => {
  let found: Found[] = [["", input]];
  for (const [name, all] of stepsOf(place)) {
    found = found.flatMap(([where, value]): Found[] => {
      if (typeof value !== "object" || value === null) return [];
      const at = where === "" ? lowered(name) : `${where}.${lowered(name)}`;
      const member = (value as Record<string, unknown>)[name];
      if (!all) return [[at, member]];
      if (typeof member !== "object" || member === null) return [];
      if (all === "[]")
        return Object.values(member).map((one, i): Found => [`${at}.${i + 1}.member`, one]);
      const values = all === "<>" ? Object.keys(member) : Object.values(member);
      return values.map((one): Found => [at, one]);
    });
  }
  return found;
};

const patterns = new Map<string, RegExp>();
const matching = (pattern: string) => {
  const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern})$`);
  patterns.set(pattern, known);
  return known;
};

const lengthOf = (value: unknown) => {
  if (typeof value === "string") return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
};

const kindOf = (value: unknown) => {
  if (Array.isArray(value)) return "list";
  return typeof value === "object" ? "map" : typeof value;
};

const broken = (value: unknown, constraint: Constraint): string[] => {
  const { required, kind, length, range, pattern, oneOf } = constraint;
  if (value === undefined || value === null) return required ? ["not be null"] : [];
  const wanted = kind ?? (range ? "number" : "string");
  if (kindOf(value) !== wanted)
    throw new AwsError("SerializationException", `${kindOf(value)} can not be converted.`);
  const rules: string[] = [];
  if (pattern && !matching(pattern).test(String(value)))
    rules.push(`satisfy regular expression pattern: ${pattern}`);
  if (oneOf && !oneOf.includes(String(value)))
    rules.push(`satisfy enum value set: [${oneOf.join(", ")}]`);
  const bounds = (size: number, [least, most]: readonly [number, number], what: string) => {
    if (size > most) rules.push(`have ${what} less than or equal to ${most}`);
    if (!(size >= least)) rules.push(`have ${what} greater than or equal to ${least}`);
  };
  if (length) bounds(lengthOf(value), length, "length");
  if (range) bounds(Number(value), range, "value");
  return rules;
};

/** Refuses an input as AWS refuses what breaks its API model, before the operation sees it. */
const checkMembers = (input: unknown, constraints: Constraints) => {
  const errors: string[] = [];
  for (const [place, constraint] of Object.entries(constraints))
    for (const [name, value] of membersAt(input, place))
      for (const rule of broken(value, constraint)) {
        const shown = value === undefined || value === null ? "null" : `'${shownAs(value)}'`;
        errors.push(
          `Value ${shown} at '${name}' failed to satisfy constraint: Member must ${rule}`,
        );
      }
  if (errors.length === 0) return;
  const counted = errors.length === 1 ? "1 validation error" : `${errors.length} validation errors`;
  throw new AwsError("ValidationException", `${counted} detected: ${errors.join("; ")}`);
};

const shownAs = (value: unknown) =>
  typeof value === "object" ? `[${lengthOf(value)} members]` : String(value);

/** Operations that look at their input's members before anything else. */
export const limited = (
  operations: Engine["operations"],
  byOperation: Record<string, Constraints>,
): Engine["operations"] =>
  Object.fromEntries(
    Object.entries(operations).map(([operation, run]): [string, Operation] => {
      const constraints = byOperation[operation];
      if (!constraints) return [operation, run];
      return [
        operation,
        (input, caller) => {
          checkMembers(input, constraints);
          return run(input, caller);
        },
      ];
    }),
  );
