import type { Call } from "emulator/kernel/engine";
import type { Shop } from "../shop.ts";
import { oneOf } from "./words.ts";

// biome-ignore lint/suspicious/noExplicitAny: an input of AWS's or an event, of any form
type Anything = any;

/** The functions of a shop, by the names that people use. */
export const functionNames = ({ graph }: Shop): string[] => graph.functions.map(({ name }) => name);

/** The function that somebody means: what people call it, and its name on the stage. Refuses one that is not there. */
export const functionNamed = (shop: Shop, word: string) => {
  const name = oneOf(functionNames(shop), word, "function");
  return { name, physical: shop.nameOf(name) };
};

/** The tables of a shop, by the names that people use, and their names on the stage. */
export const tablesOf = ({ graph }: Shop): Map<string, string> =>
  new Map(
    graph.resources
      .filter(({ type }) => type === "aws:dynamodb/table:Table")
      .map(({ name, inputs }) => [name.replace(/Table$/, ""), inputs.name as string]),
  );

/** The table that somebody means, with or without "Table". Refuses one that is not there. */
export const tableNamed = (shop: Shop, word: string) => {
  const tables = tablesOf(shop);
  const names = [...tables.keys()];
  const isShort = names.some((name) => name.toLowerCase() === `${word}table`.toLowerCase());
  const name = oneOf(names, isShort ? `${word}Table` : word, "table");
  return { name, physical: tables.get(name) as string };
};

/** Tells whether a function of the shop makes a call. */
export const byFunctions = ({ graph }: Shop) => {
  const names = new Set(graph.functions.map(({ functionName }) => functionName));
  return ({ caller }: Call): boolean => names.has(caller.name);
};

/** Whether a call invokes this function and waits for its answer. */
export const invokes =
  (physical: string) =>
  ({ service, operation, input }: Call): boolean =>
    service === "lambda" &&
    operation === "Invoke" &&
    input.InvocationType !== "Event" &&
    String(input.FunctionName).split(":").at(-1) === physical;

/** The event that an invocation brings. */
export const eventOf = ({ input }: Call): Anything =>
  JSON.parse(Buffer.from(input.Payload ?? "", "base64").toString() || "{}");

/** The same invocation with another event. */
export const withEvent = (call: Call, event: unknown): Call => ({
  ...call,
  input: { ...call.input, Payload: Buffer.from(JSON.stringify(event)).toString("base64") },
});

/** What Lambda answers for an invocation that threw. */
export const threw = (errorType: string, errorMessage: string) => ({
  StatusCode: 200,
  ExecutedVersion: "$LATEST",
  FunctionError: "Unhandled",
  Payload: Buffer.from(JSON.stringify({ errorType, errorMessage, trace: [] })).toString("base64"),
});

const tableIn = (item: Anything): unknown =>
  Object.values(item as Record<string, Anything>)[0]?.TableName;

/** The tables that a call to DynamoDB is about, by the position of its item in a transaction. */
export const tablesIn = ({ service, input }: Call): unknown[] => {
  if (service !== "dynamodb") return [];
  if (Array.isArray(input?.TransactItems)) return input.TransactItems.map(tableIn);
  if (input?.RequestItems) return Object.keys(input.RequestItems);
  return [input?.TableName];
};
