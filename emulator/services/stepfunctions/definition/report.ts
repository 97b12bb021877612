import { isObject } from "../../../kernel/json.ts";
import { expressionIn } from "../jsonata/evaluate.ts";

/** What is wrong with a definition, in the form of ValidateStateMachineDefinition. */
export type Diagnostic = { severity: "ERROR"; code: string; message: string; location?: string };

/** Says what is wrong, and where. */
export type Report = (message: string, location: string, code?: string) => void;
/** A part of a definition that is an object. */
export type Fields = Record<string, unknown>;

/** Features that AWS has and this engine has not, by the field that asks for them. */
const NOT_EMULATED = [
  "Credentials",
  "ItemReader",
  "ItemBatcher",
  "ResultWriter",
  "Label",
  "Iterator",
];

/** Fields of the other dialect, which AWS refuses in words of their own. */
const JSONPATH_ONLY = [
  "InputPath",
  "OutputPath",
  "Parameters",
  "Result",
  "ResultPath",
  "ResultSelector",
  "ItemsPath",
  "MaxConcurrencyPath",
  "SecondsPath",
  "TimestampPath",
  "TimeoutSecondsPath",
  "HeartbeatSecondsPath",
  "ErrorPath",
  "CausePath",
];

/** The objects in a list. */
export const list = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** Whether fields are there that have to be. */
export const required = (fields: Fields, names: string[], at: string, report: Report) => {
  const missing = names.filter((name) => fields[name] === undefined);
  if (missing.length > 0) report(`These fields are required: [${missing.join(", ")}]`, at || "/");
  return missing.length === 0;
};

/** Refuses fields that do not belong where they stand. */
export const unknownFields = (fields: Fields, known: string[], at: string, report: Report) => {
  for (const name of Object.keys(fields)) {
    if (known.includes(name)) continue;
    if (NOT_EMULATED.includes(name)) notEmulated(`the field ${name}`, at, report);
    else if (JSONPATH_ONLY.includes(name))
      report(
        `The QueryLanguage is set to 'JSONata', but field '${name}' is only supported for the 'JSONPath' QueryLanguage`,
        at || "/",
      );
    else report(`Field '${name}' is not supported`, at || "/");
  }
};

/** Refuses what AWS has and this engine has not. */
export const notEmulated = (what: string, at: string, report: Report) =>
  report(`The emulator does not emulate ${what}`, at, "NOT_EMULATED");

/** Refuses a number, or a text that is no expression, that is not a whole number within bounds. */
export const whole = (
  fields: Fields,
  name: string,
  at: string,
  least: number,
  most: number,
  report: Report,
) => {
  const value = fields[name];
  if (value === undefined || expressionIn(value) !== undefined) return;
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  report(
    `Value ${JSON.stringify(value)} is not an integer from ${least} to ${most}`,
    `${at}/${name}`,
  );
};
