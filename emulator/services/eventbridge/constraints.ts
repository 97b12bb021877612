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

/** The members of an input at a place, with the names that AWS gives them, one after another: there may be millions. */
const membersAt = function* (
  input: unknown,
  steps: Step[],
  isTooLong: (place: string) => boolean,
  where = "",
  depth = 0,
): Generator<Found> {
  const step = steps[depth];
  if (!step) return yield [where, input];
  if (typeof input !== "object" || input === null) return;
  const [name, all] = step;
  const at = where === "" ? lowered(name) : `${where}.${lowered(name)}`;
  const member = (input as Record<string, unknown>)[name];
  if (!all) return yield* membersAt(member, steps, isTooLong, at, depth + 1);
  if (typeof member !== "object" || member === null || isTooLong(at)) return;
  if (all === "<>") {
    for (const key of Object.keys(member)) yield* membersAt(key, steps, isTooLong, at, depth + 1);
    return;
  }
  let count = 0;
  for (const one of Object.values(member)) {
    count += 1;
    const its = all === "[]" ? `${at}.${count}.member` : at;
    yield* membersAt(one, steps, isTooLong, its, depth + 1);
  }
};

const patterns = new Map<string, RegExp>();
const matching = (pattern: string) => {
  const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern})$`);
  patterns.set(pattern, known);
  return known;
};

const lengthOf = (value: unknown) => {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
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

/** So many breaches are told; who has more of them has read enough. */
const mostErrors = 100;

const breachesOf = function* (input: unknown, constraints: Constraints): Generator<string> {
  const tooLong = new Set<string>();
  const isTooLong = (place: string) => tooLong.has(place);
  for (const [place, constraint] of Object.entries(constraints))
    for (const [name, value] of membersAt(input, stepsOf(place), isTooLong)) {
      // What has more entries than it may is refused for that, and not looked through.
      const most = constraint.length?.[1];
      if (constraint.kind && most !== undefined && lengthOf(value) > most) tooLong.add(name);
      for (const rule of broken(value, constraint)) {
        const shown = value === undefined || value === null ? "null" : `'${shownAs(value)}'`;
        yield `Value ${shown} at '${name}' failed to satisfy constraint: Member must ${rule}`;
      }
    }
};

/** Refuses an input as AWS refuses what breaks its API model, before the operation sees it. */
const checkMembers = (input: unknown, constraints: Constraints) => {
  const errors: string[] = [];
  for (const breach of breachesOf(input, constraints)) {
    errors.push(breach);
    if (errors.length === mostErrors) break;
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
