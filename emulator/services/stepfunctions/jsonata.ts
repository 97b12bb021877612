import { createHash } from "node:crypto";
import jsonata from "jsonata";
import { type Clock, seededRandom } from "../../kernel/clock.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { Json } from "./execution.ts";

/** A JSONata expression that threw, gave nothing, or gave what its field cannot take. */
export class QueryEvaluationError extends Error {
  override name = "States.QueryEvaluationError";
  readonly location: string;
  constructor(message: string, location: string) {
    super(message);
    this.location = location;
  }
}

/** The text between `{%` and `%}`; undefined for a literal. */
export const expressionIn = (value: unknown): string | undefined =>
  typeof value === "string" && value.startsWith("{%") && value.endsWith("%}")
    ? value.slice(2, -2).trim()
    : undefined;

/** Fills a template: evaluates every expression in it, at any depth. `location` names the field in errors. */
export type Evaluate = (
  template: unknown,
  bindings: Record<string, unknown>,
  location: string,
) => Promise<Json>;

/** A list as a JSONata sequence: of one value, it is that value, and of none, nothing. */
const sequence = (values: Json[]) => Object.defineProperty(values, "sequence", { value: true });

const refuse = (code: string, message: string) => Object.assign(new Error(message), { code });

const HASHES: Record<string, string> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

const partition = (values: Json[], size: number) => {
  if (!(size > 0)) throw refuse("D3141", "The chunk size of $partition must be positive");
  const chunks = [];
  for (let i = 0; i < values.length; i += size) chunks.push(values.slice(i, i + size));
  return chunks;
};

const range = (first: number, last: number, step: number) => {
  if (step === 0) throw refuse("D3142", "The step of $range must not be zero");
  const values = [];
  for (let at = first; step > 0 ? at <= last : at >= last; at += step) {
    if (values.length === 1000) throw refuse("D3143", "$range gives more than 1000 values");
    values.push(at);
  }
  return sequence(values);
};

const hash = (text: string, algorithm = "SHA-256") => {
  const name = HASHES[algorithm];
  if (!name) throw refuse("D3144", `$hash does not know the algorithm ${algorithm}`);
  return createHash(name).update(text).digest("hex");
};

type Focus = { environment: { timestamp: Date }; input: unknown };
type Native = { implementation: (this: unknown, ...args: unknown[]) => unknown };

/** JSONata as Step Functions has it: its own functions added, `$eval` gone, time and chance the clock's. */
export const createEvaluate = (clock: Clock): Evaluate => {
  const compiled = new Map<string, jsonata.Expression>();

  const native = (name: string): Promise<Native> => jsonata(`$${name}`).evaluate(undefined);
  const [fromMillis, toMillis] = [native("fromMillis"), native("toMillis")];

  const functions: [string, (this: Focus, ...args: never[]) => unknown, string][] = [
    ["partition", partition, "<an:a>"],
    ["range", range, "<nnn:a>"],
    ["hash", hash, "<ss?:s>"],
    ["uuid", () => uuid(clock.random), "<:s>"],
    ["parse", (text: string) => JSON.parse(text), "<s:x>"],
    [
      "random",
      (seed?: number) => (seed === undefined ? clock.random : seededRandom(seed))(),
      "<n?:n>",
    ],
    ["millis", () => clock.now(), "<:n>"],
    [
      "now",
      async (picture?: string, zone?: string) =>
        (await fromMillis).implementation(clock.now(), picture, zone),
      "<s?s?:s>",
    ],
    [
      "toMillis",
      async function (this: Focus, text?: string, picture?: string) {
        const environment = { timestamp: new Date(clock.now()) }; // completes a partial date
        return (await toMillis).implementation.call({ ...this, environment }, text, picture);
      },
      "<s-s?:n>",
    ],
    [
      "shuffle",
      (values: Json[]) =>
        values
          .map((value) => ({ value, at: clock.random() }))
          .sort((a, b) => a.at - b.at)
          .map(({ value }) => value),
      "<a:a>",
    ],
  ];

  const compile = (text: string) => {
    const known = compiled.get(text);
    if (known) return known;
    const expression = jsonata(text, { stack: 500 });
    for (const [name, implementation, signature] of functions)
      expression.registerFunction(name, implementation as () => unknown, signature);
    expression.assign("eval", undefined);
    compiled.set(text, expression);
    return expression;
  };

  const evaluate = async (text: string, bindings: Record<string, unknown>, location: string) => {
    const where = `The JSONata expression '${text}' specified for the field '${location}'`;
    let value: unknown;
    try {
      value = await compile(text).evaluate(undefined, bindings);
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      const what = code ? `${code}: ${message}` : message;
      throw new QueryEvaluationError(
        `${where} threw an error during evaluation. ${what}`,
        location,
      );
    }
    if (value === undefined)
      throw new QueryEvaluationError(`${where} returned nothing (undefined).`, location);
    const json = isFunction(value) ? undefined : jsonOf(value);
    if (json === undefined)
      throw new QueryEvaluationError(`${where} returned an unsupported result type.`, location);
    return JSON.parse(json) as Json;
  };

  const fill: Evaluate = async (template, bindings, location) => {
    const expression = expressionIn(template);
    if (expression !== undefined) return evaluate(expression, bindings, location);
    if (Array.isArray(template)) {
      const filled: Json[] = [];
      for (const [i, value] of template.entries())
        filled.push(await fill(value, bindings, `${location}[${i}]`));
      return filled;
    }
    if (template !== null && typeof template === "object") {
      const filled: Record<string, Json> = {};
      for (const [key, value] of Object.entries(template))
        filled[key] = await fill(value, bindings, `${location}/${key}`);
      return filled;
    }
    return template as Json;
  };
  return fill;
};

const isFunction = (value: unknown) =>
  typeof value === "function" ||
  (typeof value === "object" &&
    value !== null &&
    ("_jsonata_function" in value || "_jsonata_lambda" in value));

/** The JSON text of a value; undefined where JSON cannot hold it: JSONata's lambdas refer to themselves. */
const jsonOf = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
};
