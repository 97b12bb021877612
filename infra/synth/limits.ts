import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Inputs } from "./aws.ts";
import { type AwsCall, callsOf } from "./aws-calls.ts";
import { facts } from "./aws-facts.ts";
import type { Shape } from "./aws-shape.ts";
import type { Declared } from "./evaluate.ts";

/** AWS's API models of August 2026, as far as we call them: operations, and the shapes of what they take. */
const models: Record<
  string,
  { operations: Record<string, string>; shapes: Record<string, Shape> }
> = JSON.parse(readFileSync(join(import.meta.dirname, "aws-inputs.json"), "utf8"));

const isObject = (value: unknown): value is Inputs =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNothing = (value: unknown) =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

const shown = (value: unknown) => {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
};

const sized = (count: number, { min = 0, max = Infinity }: Shape, what: string): string[] => {
  if (count > max) return [`has ${count} ${what}, and AWS takes at most ${max}`];
  return count < min ? [`has ${count} ${what}, and AWS wants at least ${min}`] : [];
};

const ofNumber = (value: unknown, { min = -Infinity, max = Infinity, among }: Shape): string[] => {
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || Number.isNaN(number)) return [`is no number: ${shown(value)}`];
  if (among && !among.includes(number)) return [`is ${number}, and AWS takes ${among.join(", ")}`];
  return number < min || number > max ? [`is ${number}, and AWS takes ${min} to ${max}`] : [];
};

/** Patterns are Java's, whose (?i) within a pattern JavaScript does not have: without it we are stricter by a case. */
const regularExpression = (pattern: string) =>
  new RegExp(`^(?:${pattern.replaceAll("(?i)", "")})$`, pattern.includes("\\p{") ? "u" : "");

const ofText = (value: unknown, shape: Shape): string[] => {
  if (typeof value !== "string") return [`is no text: ${shown(value)}`];
  if (shape.enum && !shape.enum.includes(value))
    return [`is ${shown(value)}, and AWS takes ${shape.enum.join(", ")}`];
  const long = sized([...value].length, shape, "characters");
  if (long.length > 0) return long.map((what) => `${what}: ${shown(value)}`);
  const { pattern } = shape;
  if (pattern === undefined) return [];
  const fits = regularExpression(pattern).test(value);
  return fits ? [] : [`does not fit ${pattern}: ${shown(value)}`];
};

const ofScalar = (value: unknown, shape: Shape): string[] => {
  if (shape.bytes !== undefined)
    return sized(Buffer.byteLength(JSON.stringify(value)), { max: shape.bytes }, "bytes");
  if (shape.type === "number") return ofNumber(value, shape);
  if (shape.type !== "boolean") return ofText(value, shape);
  return typeof value === "boolean" ? [] : [`is neither true nor false: ${shown(value)}`];
};

/** Pulumi has a map where AWS takes a list of keys and values, and a list of one where AWS takes the one. */
const asAwsHasIt = (value: unknown, shape: Shape, ofMember: Shape | undefined): unknown => {
  if (shape.members && Array.isArray(value) && value.length === 1) return value[0];
  const [key, held] = ["key", "name", "value"].flatMap(
    (wanted) =>
      Object.keys(ofMember?.members ?? {}).filter((name) => name.toLowerCase() === wanted) ?? [],
  );
  if (!shape.member || !isObject(value) || !key || !held) return value;
  return Object.entries(value).map(([name, inner]) => ({ [key]: name, [held]: inner }));
};

/** What AWS refuses of a call: a text for each, with its place. A member that the model does not have is said, too. */
export const refusedOf = ({ service, operation, input }: AwsCall): string[] => {
  const { operations = {}, shapes = {} } = models[service] ?? {};
  const own = facts[`${service}:${operation}`] ?? {};

  const structure = (value: unknown, { members = {}, required = [] }: Shape, path: string) => {
    if (!isObject(value)) return [`is no structure: ${shown(value)}`].map((what) => at(path, what));
    const names = new Map(Object.keys(members).map((name) => [name.toLowerCase(), name]));
    const given = Object.entries(value).filter(([, inner]) => !isNothing(inner));
    const known = given.map(([key]) => names.get(key.toLowerCase()));
    return [
      ...required
        .filter((name) => !known.includes(name))
        .map((name) => `${path}${name} is missing`),
      ...given.flatMap(([key, inner]) => {
        const name = names.get(key.toLowerCase());
        if (name) return refused(inner, members[name] ?? "", `${path}${name}`);
        return [`${path}${key} is not in infra/synth/aws-inputs.json: add it, from AWS's model`];
      }),
    ];
  };

  const at = (path: string, what: string) => `${path.replace(/\.$/, "") || "it"} ${what}`;

  const refused = (given: unknown, shapeName: string, path: string): string[] => {
    const shape = shapes[shapeName] ?? ({ type: shapeName } as Shape);
    const value = asAwsHasIt(given, shape, shapes[shape.member ?? ""]);
    const told = (faults: string[]) => faults.map((what) => at(path, what));
    const ours = own[path] ? told(ofScalar(value, own[path])) : [];
    if (shape.members) return [...ours, ...structure(value, shape, path ? `${path}.` : "")];
    if (shape.member) {
      if (!Array.isArray(value)) return told([`is no list: ${shown(value)}`]);
      const { member } = shape;
      return [
        ...told(sized(value.length, shape, "members")),
        ...value.flatMap((inner) => refused(inner, member, path)),
      ];
    }
    if (shape.key && shape.value) {
      if (!isObject(value)) return told([`is no map: ${shown(value)}`]);
      const { key, value: held } = shape;
      return [
        ...ours,
        ...told(sized(Object.keys(value).length, shape, "members")),
        ...Object.entries(value).flatMap(([name, inner]) => [
          ...refused(name, key, `The name ${path}.${name}`),
          ...refused(inner, held, `${path}.${name}`),
        ]),
      ];
    }
    return [...told(ofScalar(value, shape)), ...ours];
  };

  const shape = operations[operation];
  return shape ? refused(input, shape, "") : [`There is no model of ${service}:${operation}`];
};

/** What AWS would refuse to create, a sentence each: `Archive: ArchiveName has 49 characters, and AWS takes at most 48: "…"`. */
export const refusedByAws = (resources: Pick<Declared, "type" | "name" | "inputs">[]): string[] =>
  resources
    .filter(({ type }) => type.startsWith("aws:"))
    .flatMap((resource) => {
      const calls = callsOf(resource);
      if (!calls) return [`${resource.name}: infra/synth/aws-calls.ts has no ${resource.type}`];
      return calls.flatMap(refusedOf).map((what) => `${resource.name}: ${what}`);
    });
