import type { Inputs } from "./aws.ts";
import type { Declared, Evaluation } from "./evaluate.ts";

/** One AWS resource of the graph: what the program asked for, and the answers that others refer to. */
export type Resource = Declared;

/** One function: the file to run, the role it runs under, what it finds under `Resource`, and its environment. */
export type GraphFunction = {
  name: string;
  functionName: string;
  handler: string;
  role: string;
  links: Record<string, Inputs>;
  environment: Record<string, string>;
};

/** infra/graph.json: what the program makes, in an order and with names that only change when the program does. */
export type Graph = {
  version: 1;
  app: string;
  stage: string;
  /** A hash of what it was made of, by which a stale one is recognised. */
  inputs: string;
  /** On every resource, beside its own. */
  tags: Record<string, string>;
  resources: Resource[];
  functions: GraphFunction[];
};

/** What belongs to one build and says nothing about the system. */
const NOISE = new Set(["code", "s3Bucket", "s3Key", "sourceCodeHash", "SST_KEY", "SST_KEY_FILE"]);
const NOT_OURS = new Set(["aws:s3/bucketObjectv2:BucketObjectv2"]);

/** The mocks name the stack in the type of a component; Pulumi's engine does not. */
const STACK = /^pulumi\.pulumi\.Stack\$/;

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts keys, drops noise and what is not set, and takes the random ending off physical names. */
const tidy = (value: unknown, ending: string): unknown => {
  if (typeof value === "string") return value.replaceAll(ending, "").replace(STACK, "");
  if (Array.isArray(value)) return value.map((inner) => tidy(inner, ending));
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !NOISE.has(key) && inner !== undefined && inner !== null)
      .sort(([a], [b]) => order(a, b))
      .map(([key, inner]) => [key, tidy(inner, ending)]),
  );
};

/** Every physical name that SST makes ends alike here, for its random bytes are pinned. */
const endingOf = (resources: Declared[]): string => {
  const table = resources.find(({ type }) => type === "aws:dynamodb/table:Table");
  const [ending] = /-[a-z]{8}$/.exec(table?.inputs.name ?? "") ?? [];
  if (!ending) throw new Error("No table, or its name does not end as SST ends names");
  return ending;
};

/** Makes the graph of what the program declared. */
export const graphOf = ({ app, resources, targets }: Evaluation, inputs: string): Graph => {
  const ending = endingOf(resources);
  const ours = resources
    .filter(({ type }) => type.startsWith("aws:") && !NOT_OURS.has(type))
    .map((resource) => tidy(resource, ending) as Resource)
    .map(({ type, name, inputs, outputs, kept }) => ({
      ...{ type, name, inputs, outputs },
      ...(kept && { kept }),
    }))
    .sort((a, b) => order(a.type, b.type) || order(a.name, b.name));

  const functions = targets
    .map(({ functionID, handler, links }) => {
      const found = ours.find(
        ({ type, name }) =>
          type === "aws:lambda/function:Function" && name === `${functionID}Function`,
      );
      if (!found) throw new Error(`There is no Lambda for ${functionID}`);
      return {
        name: functionID,
        functionName: found.outputs.name,
        handler,
        role: found.inputs.role,
        links: tidy(links, ending) as Record<string, Inputs>,
        environment: found.inputs.environment?.variables ?? {},
      };
    })
    .sort((a, b) => order(a.name, b.name));

  const tags = app.providers.aws.defaultTags.tags;
  return { version: 1, app: app.name, stage: app.stage, inputs, tags, resources: ours, functions };
};
