import jsonata from "jsonata";
import type { Clock } from "../../../kernel/clock.ts";
import type { Json } from "../execution.ts";
import { createFunctions } from "./functions.ts";
import { hooksFor } from "./hooks.ts";
import { Exceeded, LIMITS, overDepth, overMemory, weigh } from "./limits.ts";
import { isPlain } from "./plain.ts";

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

/** How many compiled expressions are kept. */
const COMPILED = 1_000;

/** JSONata's own refusals of a list that is too long. */
const TOO_LONG = ["D2014", "D2015"];

/** What AWS says after "threw an error during evaluation" of what an expression threw. */
const told = (error: unknown): string => {
  if (error instanceof Exceeded) return `: ${error.message}`;
  if (error instanceof RangeError)
    return told(error.message.includes("call stack") ? overDepth() : overMemory());
  // jsonata notes the place of a tail call at what is called, before it sees that there is nothing.
  if (
    error instanceof TypeError &&
    /^Cannot set properties of (undefined|null)/.test(error.message)
  )
    return ". T1006: Attempted to invoke a non-function";
  const { code, message } = error as { code?: string; message?: string };
  return code ? `. ${code}: ${message}` : `. ${message}`;
};

/** JSONata as Step Functions has it: its own functions, its limits, time and chance the clock's. */
export const createEvaluate = (clock: Clock): Evaluate => {
  const compiled = new Map<string, jsonata.Expression>();
  const functions = createFunctions(clock);

  const compile = async (text: string) => {
    const known = compiled.get(text);
    if (known) return known;
    let expression = jsonata(text);
    if (!isPlain(expression.ast())) {
      expression = jsonata(text, { sequence: LIMITS.memory / 8 });
      (await functions)(expression);
      for (const [name, hook] of Object.entries(hooksFor(expression.ast(), clock)))
        expression.assign(Symbol.for(name) as never, hook);
    }
    if (compiled.size >= COMPILED) compiled.clear();
    compiled.set(text, expression);
    return expression;
  };

  const evaluate = async (text: string, bindings: Record<string, unknown>, location: string) => {
    const where = `The JSONata expression '${text}' specified for the field '${location}'`;
    const threw = (error: unknown) =>
      new QueryEvaluationError(`${where} threw an error during evaluation${told(error)}`, location);
    let value: unknown;
    let holdsFunction = false;
    try {
      value = await (await compile(text)).evaluate(undefined, bindings);
      weigh(value, () => {
        holdsFunction = true;
      });
    } catch (error) {
      throw threw(
        TOO_LONG.includes((error as { code?: string }).code ?? "") ? overMemory() : error,
      );
    }
    if (value === undefined)
      throw new QueryEvaluationError(`${where} returned nothing (undefined).`, location);
    const json = holdsFunction ? undefined : jsonOf(value);
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

/** A number that JSON has not is its name on AWS: 1/0 is "Infinity". */
const named = (_: string, value: unknown) =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;

/** The JSON text of a value; undefined where JSON cannot hold it: JSONata's lambdas refer to themselves. */
const jsonOf = (value: unknown): string | undefined => {
  try {
    const json = JSON.stringify(value);
    return json?.includes("null") ? JSON.stringify(value, named) : json;
  } catch {
    return undefined;
  }
};
