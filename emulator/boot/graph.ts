import { existsSync, readFileSync } from "node:fs";
import { isObject } from "../kernel/json.ts";
import { deepestJson, nestsTooDeep } from "../kernel/nesting.ts";
import { CannotStart } from "../kernel/refusals.ts";

/** A resource of the evaluated infrastructure: Pulumi's type, logical name and inputs, and what AWS would answer. */
export type Resource = {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: as many shapes as there are types; each is read by its translation
  inputs: Record<string, any>;
  // biome-ignore lint/suspicious/noExplicitAny: see inputs
  outputs: Record<string, any>;
};

/** A function of the graph: where its code is and what is linked to it. */
export type GraphFunction = {
  /** The name in the infrastructure definition: "PlaceOrder". */
  name: string;
  /** The name on AWS: "app-local-PlaceThing". */
  functionName: string;
  /** "src/handlers/api.handler". */
  handler: string;
  /** What `Resource` holds in it. */
  links: Record<string, Record<string, unknown>>;
  environment: Record<string, string>;
};

/** What an infrastructure definition makes of itself, evaluated. */
export type Graph = {
  version: number;
  app: string;
  stage: string;
  resources: Resource[];
  functions: GraphFunction[];
};

const broken = (where: string, what: string) => new CannotStart(`${where} ${what}.`);

/** Checks that `value` has the shape of a graph. Throws CannotStart, naming the first thing that is wrong. */
export const checkGraph = (value: unknown, where = "the graph"): Graph => {
  if (!isObject(value)) throw broken(where, "is not a JSON object");
  if (value.version !== 1)
    throw broken(where, `has version ${JSON.stringify(value.version)}; this emulator reads 1`);
  for (const list of ["resources", "functions"])
    if (!Array.isArray(value[list])) throw broken(where, `has no list "${list}"`);
  for (const [index, resource] of (value.resources as unknown[]).entries()) {
    if (
      !isObject(resource) ||
      typeof resource.type !== "string" ||
      typeof resource.name !== "string"
    )
      throw broken(where, `has a resource without type or name (number ${index + 1})`);
    if (!isObject(resource.inputs))
      throw broken(where, `has no inputs for ${resource.type} ${resource.name}`);
    resource.outputs ??= {};
    if (!isObject(resource.outputs))
      throw broken(where, `has outputs that are no object for ${resource.type} ${resource.name}`);
  }
  for (const [index, fn] of (value.functions as unknown[]).entries()) {
    if (!isObject(fn))
      throw broken(where, `has a function that is no object (number ${index + 1})`);
    for (const member of ["name", "functionName", "handler"])
      if (typeof fn[member] !== "string")
        throw broken(where, `has a function without ${member} (number ${index + 1})`);
    fn.links ??= {};
    fn.environment ??= {};
    if (!isObject(fn.links) || !isObject(fn.environment))
      throw broken(where, `has links or environment that are no object for ${fn.name}`);
  }
  return value as Graph;
};

/** Reads the graph from a file. Throws CannotStart where it is missing (`cure` says what to do then) or broken. */
export const readGraph = (file: string, cure?: string): Graph => {
  if (!existsSync(file)) throw broken(file, `is missing${cure ? `: ${cure}` : ""}`);
  let value: unknown;
  try {
    const text = readFileSync(file, "utf8");
    if (nestsTooDeep(text)) throw new Error(`it goes deeper than ${deepestJson} lists and objects`);
    value = JSON.parse(text);
  } catch (error) {
    throw broken(file, `cannot be read: ${(error as Error).message.replaceAll(/\s+/g, " ")}`);
  }
  return checkGraph(value, file);
};
