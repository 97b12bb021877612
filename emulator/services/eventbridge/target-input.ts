import { AwsError, notEmulated } from "../../kernel/engine.ts";

/** An event as EventBridge delivers it. */
export type BusEvent = {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  time: string;
  region: string;
  "replay-name"?: string;
  resources: string[];
  detail: Record<string, unknown>;
};

/** What of an event a target gets: a constant, a part, a text made of parts, or all of it. */
export type TargetInput = {
  Input?: string;
  InputPath?: string;
  InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
};

/** What the predefined variables of an input template stand for. */
export type InputContext = { ruleArn: string; ruleName: string; ingestedAt: string };

const validation = (message: string) => new AwsError("ValidationException", message);

type Step = string | number;

const stepsOf = (path: string): Step[] => {
  const steps: Step[] = [];
  const rest = path.replace(/^\$/, "");
  if (rest === path) throw validation(`Invalid JSONPath: ${path}`);
  const step = /\.([^.[\]*?()]+)|\[(\d+)\]|\['([^']+)'\]|\["([^"]+)"\]/y;
  while (step.lastIndex < rest.length) {
    const found = step.exec(rest);
    if (!found) throw notEmulated("events", `the JSONPath ${path}`);
    const [, name, index, quoted, doubleQuoted] = found;
    steps.push(index === undefined ? ((name ?? quoted ?? doubleQuoted) as string) : Number(index));
  }
  return steps;
};

const at = (event: unknown, path: string): unknown => {
  let value = event;
  for (const step of stepsOf(path)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.hasOwn(value, step) ? (value as Record<Step, unknown>)[step] : undefined;
  }
  return value;
};

const placeholder = /<([A-Za-z0-9_.-]+)>/y;
const predefined = new Set([
  "aws.events.rule-arn",
  "aws.events.rule-name",
  "aws.events.event",
  "aws.events.event.json",
  "aws.events.event.ingestion-time",
]);

/** What the most patient target takes, in bytes: a template that is filled to more is not filled to its end. */
const largest = 1_048_576;

/**
 * Fills a template's placeholders; a placeholder within quotes gets a text, another one JSON. A template that is text
 * from its beginning gets objects and lists without their quotes; within a text of a JSON template they make no JSON,
 * and nothing is delivered. Both were recorded from AWS. Throws what the delivery fails with.
 */
const fill = (template: string, read: (name: string) => unknown): string => {
  const isText = template.trimStart().startsWith('"');
  let filled = "";
  let quoted = false;
  for (let i = 0; i < template.length; i++) {
    if (filled.length > largest)
      throw new AwsError("InvalidParameterValue", "The transformed input is too long.");
    const character = template.charAt(i);
    placeholder.lastIndex = i;
    const name = character === "<" ? placeholder.exec(template)?.[1] : undefined;
    if (name !== undefined) {
      const value = read(name) ?? "";
      if (!quoted) filled += JSON.stringify(value);
      else if (typeof value === "string") filled += JSON.stringify(value).slice(1, -1);
      else if (isText || typeof value !== "object")
        filled += JSON.stringify(value).replaceAll('"', "");
      else
        throw new AwsError("InvalidJson", `<${name}> is no text: within quotes it makes no JSON.`);
      i = placeholder.lastIndex - 1;
    } else if (quoted && character === "\\") {
      filled += template.slice(i, i + 2);
      i += 1;
    } else {
      if (character === '"') quoted = !quoted;
      filled += character;
    }
  }
  return filled;
};

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Refuses an input that EventBridge would refuse at PutTargets. */
export const checkTargetInput = (id: string, input: TargetInput) => {
  const { Input, InputPath, InputTransformer } = input;
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1)
    throw validation(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`,
    );
  if (Input !== undefined && !isJson(Input))
    throw validation(`JSON syntax error in input for target ${id}.`);
  if (InputPath !== undefined) stepsOf(InputPath);
  if (!InputTransformer) return;
  const { InputPathsMap = {}, InputTemplate } = InputTransformer;
  for (const path of Object.values(InputPathsMap)) stepsOf(path);
  const sample = fill(InputTemplate, (name) => {
    if (!Object.hasOwn(InputPathsMap, name) && !predefined.has(name))
      throw validation(`InputTemplate for target ${id} contains invalid placeholder ${name}.`);
    return "";
  });
  // An object, or lines of quoted text.
  if (!isJson(sample) && !sample.split("\n").every(isJson))
    throw validation(`Invalid InputTemplate for target ${id}.`);
};

let written: { event: BusEvent; text: string } | undefined;

/** An event as JSON. Events do not change: the targets of one rule after another get the same text. */
export const textOf = (event: BusEvent): string => {
  if (written?.event !== event) written = { event, text: JSON.stringify(event) };
  return written.text;
};

/** An event without its detail, with the names that <aws.events.event> has on AWS. */
const envelopeOf = (event: BusEvent) => {
  const { id, account, "detail-type": detailType, time, source, region, resources } = event;
  return { id, account, detailType, time, source, region, resources, version: event.version };
};

/** The text that a target gets of an event. Throws where the input's template can't be filled. */
export const targetInput = (event: BusEvent, input: TargetInput, context: InputContext): string => {
  if (input.Input !== undefined) return input.Input;
  if (input.InputPath !== undefined) return JSON.stringify(at(event, input.InputPath) ?? {});
  if (!input.InputTransformer) return textOf(event);
  const { InputPathsMap = {}, InputTemplate } = input.InputTransformer;
  return fill(InputTemplate, (name) => {
    const path = Object.hasOwn(InputPathsMap, name) ? InputPathsMap[name] : undefined;
    if (path !== undefined) return at(event, path);
    switch (name) {
      case "aws.events.rule-arn":
        return context.ruleArn;
      case "aws.events.rule-name":
        return context.ruleName;
      case "aws.events.event.ingestion-time":
        return context.ingestedAt;
      case "aws.events.event":
        return envelopeOf(event);
      default:
        return event;
    }
  });
};
