import { isObject } from "../../kernel/json.ts";
import type { GraphFunction, Resource } from "../graph.ts";

/** What the translations share while the graph is created. */
export type Boot = {
  // biome-ignore lint/suspicious/noExplicitAny: AWS's answers
  call: (service: string, operation: string, input: Record<string, unknown>) => Promise<any>;
  /** From here on, `from` in the graph is `to`: an address of AWS becomes a local one. */
  replace: (from: string | undefined, to: string) => void;
  /** The text of a value with everything replaced. */
  localise: <T>(value: T) => T;
  functions: Map<string, GraphFunction>;
  /** What a function needs beside its own variables: credentials, region, endpoint, links. */
  environmentOf: (fn: GraphFunction, role: string) => Record<string, string>;
  addRole: (arn: string, policies: string[], managed: string[]) => void;
  addFunctionUrl: (url: { functionName: string; address: string; cors?: unknown }) => void;
  urlOf: (functionName: string) => string;
};

/** What the graph says of a resource. */
export type Inputs = Resource["inputs"];

/** How one resource type comes to be: the inputs that count, those that mean nothing here, and the calls. */
export type Translation = {
  uses: string[];
  skips?: string[];
  create: (inputs: Inputs, boot: Boot, resource: Resource) => Promise<unknown> | unknown;
  /** All at once: functions are bundled together. */
  together?: true;
  /** It does nothing but call, and nothing needs the answers: in a world that knows its resources there is nothing to do. */
  callsOnly?: true;
};

const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** Pulumi's camelCase as AWS's PascalCase, all the way down. */
export const pascal = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(pascal)
    : isObject(value)
      ? Object.fromEntries(
          Object.entries(value).map(([name, inner]) => [upper(name), pascal(inner)]),
        )
      : value;

/** A record without what is undefined in it. */
export const defined = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
