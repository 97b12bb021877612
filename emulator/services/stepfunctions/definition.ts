import jsonata from "jsonata";
import { isObject } from "../../kernel/json.ts";
import type { Workflow } from "./execution.ts";
import { integrationOf } from "./integrations.ts";
import { expressionIn } from "./jsonata/evaluate.ts";

/** What is wrong with a definition, in the form of ValidateStateMachineDefinition. */
export type Diagnostic = { severity: "ERROR"; code: string; message: string; location?: string };

type Report = (message: string, location: string, code?: string) => void;
type Fields = Record<string, unknown>;

const EVERY_STATE = ["Type", "Comment", "QueryLanguage"];
const FLOW = ["Next", "End", "Output", "Assign"];
const FIELDS: Record<string, { required: string[]; optional: string[] }> = {
  Task: {
    required: ["Resource"],
    optional: [...FLOW, "Arguments", "TimeoutSeconds", "HeartbeatSeconds", "Retry", "Catch"],
  },
  Parallel: { required: ["Branches"], optional: [...FLOW, "Arguments", "Retry", "Catch"] },
  Map: {
    required: ["ItemProcessor"],
    optional: [
      ...FLOW,
      "Items",
      "ItemSelector",
      "MaxConcurrency",
      "ToleratedFailureCount",
      "ToleratedFailurePercentage",
      "Retry",
      "Catch",
    ],
  },
  Pass: { required: [], optional: FLOW },
  Wait: { required: [], optional: [...FLOW, "Seconds", "Timestamp"] },
  Choice: { required: ["Choices"], optional: ["Default", "Output", "Assign"] },
  Succeed: { required: [], optional: ["Output"] },
  Fail: { required: [], optional: ["Error", "Cause"] },
};

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

const NO_OBJECT: Diagnostic = {
  severity: "ERROR",
  code: "SCHEMA_VALIDATION_FAILED",
  message: "Definition must be a valid JSON object",
};

/** Reads a definition. Answers its workflow, or what is wrong with it, by AWS's rules as far as they are known. */
export const readDefinition = (
  text: unknown,
): { workflow: Workflow } | { diagnostics: Diagnostic[] } => {
  if (text === "") return { diagnostics: [{ ...NO_OBJECT }] };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text as string);
  } catch (error) {
    const message = (error as Error).message;
    return { diagnostics: [{ severity: "ERROR", code: "INVALID_JSON_DESCRIPTION", message }] };
  }
  const diagnostics: Diagnostic[] = [];
  const report: Report = (message, location, code = "SCHEMA_VALIDATION_FAILED") =>
    diagnostics.push({ severity: "ERROR", code, message, ...(location && { location }) });
  if (!isObject(parsed)) diagnostics.push({ ...NO_OBJECT });
  else {
    const names = new Set<string>();
    checkWorkflow(parsed, "", parsed.QueryLanguage, [], names, report);
  }
  return diagnostics.length > 0 ? { diagnostics } : { workflow: parsed as Workflow };
};

const required = (fields: Fields, names: string[], at: string, report: Report) => {
  const missing = names.filter((name) => fields[name] === undefined);
  if (missing.length > 0) report(`These fields are required: [${missing.join(", ")}]`, at || "/");
  return missing.length === 0;
};

const unknownFields = (fields: Fields, known: string[], at: string, report: Report) => {
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

const notEmulated = (what: string, at: string, report: Report) =>
  report(`The local cloud does not emulate ${what}`, at, "NOT_EMULATED");

const WORKFLOW = ["StartAt", "States", "Comment"];

const checkWorkflow = (
  workflow: Fields,
  at: string,
  language: unknown,
  scope: string[],
  names: Set<string>,
  report: Report,
) => {
  const known =
    at === ""
      ? [...WORKFLOW, "QueryLanguage", "TimeoutSeconds", "Version"]
      : [...WORKFLOW, "ProcessorConfig"];
  unknownFields(workflow, known, at, report);
  if (at === "") whole(workflow, "TimeoutSeconds", at, 1, 99_999_999, report);
  if (!required(workflow, ["States", "StartAt"], at, report)) return;
  const { States, StartAt } = workflow;
  if (!isObject(States) || Object.keys(States).length === 0)
    return report("States must be an object with at least one state", `${at}/States`);
  if (!Object.hasOwn(States, StartAt as string))
    report(`Missing 'StartAt' target: ${StartAt}`, `${at}/StartAt`, "MISSING_TRANSITION_TARGET");

  const own = Object.values(States).flatMap((state) => (isObject(state) ? assignedIn(state) : []));
  for (const name of new Set(own))
    if (scope.includes(name))
      report(`The variable '${name}' is assigned in an outer scope too`, `${at}/States`);
  const reached = new Set<unknown>([StartAt]);
  for (const [name, state] of Object.entries(States)) {
    const here = `${at}/States/${name}`;
    if (name.length > 80) report("State names are at most 80 characters long", here);
    if (names.has(name)) report(`Duplicate state name: ${name}`, here, "DUPLICATE_STATE_NAME");
    names.add(name);
    if (!isObject(state)) report("A state must be an object", here);
    else {
      for (const [target, where] of targetsOf(state, here)) {
        reached.add(target);
        if (!Object.hasOwn(States, target as string))
          report(`Missing 'Next' target: ${target}`, where, "MISSING_TRANSITION_TARGET");
      }
      checkState(state, here, language, [...scope, ...own], names, report);
    }
  }
  const isEnd = (state: unknown) =>
    isObject(state) && (state.End === true || ["Succeed", "Fail"].includes(state.Type as string));
  if (at === "" && !Object.values(States).some(isEnd))
    report("Workflow has no terminal state", "", "MISSING_END_STATE");
  for (const name of Object.keys(States))
    if (!reached.has(name))
      report(
        `State "${name}" is not reachable.`,
        `${at}/States/${name}`,
        "MISSING_TRANSITION_TARGET",
      );
};

const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The names that a state assigns to: in itself, in its rules, in its catchers. */
const assignedIn = (state: Fields): string[] =>
  [state, ...list(state.Choices), ...list(state.Catch)].flatMap(({ Assign }) =>
    isObject(Assign) ? Object.keys(Assign) : [],
  );

const targetsOf = (state: Fields, at: string): [unknown, string][] => {
  const targets: [unknown, string][] = [
    [state.Next, `${at}/Next`],
    [state.Default, `${at}/Default`],
    ...list(state.Choices).map(({ Next }, i): [unknown, string] => [
      Next,
      `${at}/Choices[${i}]/Next`,
    ]),
    ...list(state.Catch).map(({ Next }, i): [unknown, string] => [Next, `${at}/Catch[${i}]/Next`]),
  ];
  return targets.filter(([target]) => target !== undefined);
};

const checkState = (
  state: Fields,
  at: string,
  language: unknown,
  scope: string[],
  names: Set<string>,
  report: Report,
) => {
  const type = state.Type as string;
  const known = Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
  if (!known) return report(`Value '${type}' is not a state type`, `${at}/Type`);
  const used = state.QueryLanguage ?? language ?? "JSONPath";
  if (used !== "JSONata") {
    if (language === "JSONata")
      return report(
        `'QueryLanguage' can not be '${used}' if set to 'JSONata' for whole state machine`,
        at,
      );
    return notEmulated(`the query language ${used}`, at, report);
  }
  unknownFields(state, [...EVERY_STATE, ...known.required, ...known.optional], at, report);
  if (!required(state, known.required, at, report)) return;
  if (known.optional.includes("Next") && (state.Next === undefined) === (state.End !== true))
    report("Exactly one of 'Next' and 'End' is required", at);
  const withResult = ["Task", "Parallel", "Map"].includes(type);
  for (const [field, value] of Object.entries(state)) {
    const left = field === "Output" || field === "Assign";
    const scope = [...ALWAYS, ...(left && withResult ? ["result"] : [])];
    if (field === "Catch")
      for (const [i, catcher] of list(value).entries())
        checkExpressions(catcher, `${at}/Catch[${i}]`, [...ALWAYS, "errorOutput"], report);
    else if (!WITHOUT_EXPRESSIONS.includes(field))
      checkExpressions(value, `${at}/${field}`, scope, report);
  }
  if (state.Assign !== undefined) checkAssign(state.Assign, `${at}/Assign`, report);
  checkRetry(state.Retry, `${at}/Retry`, report);
  checkCatch(state.Catch, `${at}/Catch`, report);
  checkType[type]?.(state, at, report);

  const inner = (workflow: unknown, where: string) => {
    if (!isObject(workflow)) return report("A workflow must be an object", where);
    checkWorkflow(workflow, where, language, scope, names, report);
  };
  if (type === "Map") inner(state.ItemProcessor, `${at}/ItemProcessor`);
  if (type === "Parallel")
    for (const [i, branch] of list(state.Branches).entries()) inner(branch, `${at}/Branches[${i}]`);
};

const checkAssign = (assign: unknown, at: string, report: Report) => {
  if (!isObject(assign)) return report("Assign must be an object", at);
  for (const name of Object.keys(assign))
    if (name === "states" || !/^\p{ID_Start}\p{ID_Continue}{0,79}$/u.test(name))
      report(`'${name}' is not a name for a variable`, at);
};

/** Refuses a number, or a text that is no expression, that is not a whole number within bounds. */
const whole = (
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

const checkErrors = (handlers: unknown, at: string, report: Report): Fields[] => {
  if (handlers === undefined) return [];
  if (!Array.isArray(handlers)) {
    report("Must be an array", at);
    return [];
  }
  for (const [i, handler] of handlers.entries()) {
    const names = isObject(handler) ? handler.ErrorEquals : undefined;
    if (!Array.isArray(names) || names.length === 0)
      report("ErrorEquals must be an array with at least one error", `${at}[${i}]`);
    else if (names.includes("States.ALL") && (names.length > 1 || i < handlers.length - 1))
      report("States.ALL must stand alone, and last", `${at}[${i}]/ErrorEquals`);
  }
  return handlers.filter(isObject);
};

const RETRIER = [
  "ErrorEquals",
  "IntervalSeconds",
  "MaxAttempts",
  "BackoffRate",
  "MaxDelaySeconds",
  "JitterStrategy",
  "Comment",
];

const checkRetry = (retry: unknown, at: string, report: Report) => {
  for (const [i, retrier] of checkErrors(retry, at, report).entries()) {
    const here = `${at}[${i}]`;
    unknownFields(retrier, RETRIER, here, report);
    whole(retrier, "IntervalSeconds", here, 1, 99_999_999, report);
    whole(retrier, "MaxAttempts", here, 0, 99_999_999, report);
    whole(retrier, "MaxDelaySeconds", here, 1, 31_622_400, report);
    const { BackoffRate = 1, IntervalSeconds = 1, MaxDelaySeconds, JitterStrategy } = retrier;
    if (typeof BackoffRate !== "number" || BackoffRate < 1)
      report("BackoffRate must be a number of at least 1", here);
    if (MaxDelaySeconds !== undefined && Number(MaxDelaySeconds) <= Number(IntervalSeconds))
      report("MaxDelaySeconds must be greater than IntervalSeconds", here);
    if (JitterStrategy !== undefined && !["FULL", "NONE"].includes(JitterStrategy as string))
      report(`Value '${JitterStrategy}' is not one of [FULL, NONE]`, `${here}/JitterStrategy`);
  }
};

const checkCatch = (catchers: unknown, at: string, report: Report) => {
  for (const [i, catcher] of checkErrors(catchers, at, report).entries()) {
    const here = `${at}[${i}]`;
    unknownFields(catcher, ["ErrorEquals", "Next", "Output", "Assign", "Comment"], here, report);
    required(catcher, ["Next"], here, report);
    if (catcher.Assign !== undefined) checkAssign(catcher.Assign, `${here}/Assign`, report);
  }
};

const checkType: Record<string, (state: Fields, at: string, report: Report) => void> = {
  Task: (state, at, report) => {
    whole(state, "TimeoutSeconds", at, 1, 99_999_999, report);
    whole(state, "HeartbeatSeconds", at, 1, 99_999_999, report);
    const { TimeoutSeconds, HeartbeatSeconds, Resource } = state;
    if (
      typeof TimeoutSeconds === "number" &&
      typeof HeartbeatSeconds === "number" &&
      HeartbeatSeconds >= TimeoutSeconds
    )
      report("HeartbeatSeconds must be smaller than TimeoutSeconds", at);
    if (typeof Resource !== "string" || !Resource.startsWith("arn:"))
      report("Value is not a valid resource ARN", `${at}/Resource`);
    else if (!integrationOf(Resource))
      notEmulated(`the resource ${Resource}`, `${at}/Resource`, report);
  },
  Wait: (state, at, report) => {
    if ((state.Seconds === undefined) === (state.Timestamp === undefined))
      report("Exactly one of 'Seconds' and 'Timestamp' is required", at);
    whole(state, "Seconds", at, 0, 99_999_999, report);
  },
  Choice: (state, at, report) => {
    const rules = list(state.Choices);
    if (rules.length === 0) report("Choices must hold at least one rule", `${at}/Choices`);
    for (const [i, rule] of rules.entries()) {
      const here = `${at}/Choices[${i}]`;
      const known = ["Condition", "Next", "Output", "Assign", "Comment"];
      unknownFields(rule, known, here, report);
      required(rule, ["Condition", "Next"], here, report);
      if (rule.Assign !== undefined) checkAssign(rule.Assign, `${here}/Assign`, report);
      if (typeof rule.Condition !== "boolean" && expressionIn(rule.Condition) === undefined)
        report("Condition must be a boolean or a JSONata expression", `${here}/Condition`);
    }
  },
  Map: (state, at, report) => {
    whole(state, "MaxConcurrency", at, 0, 99_999_999, report);
    whole(state, "ToleratedFailureCount", at, 0, 99_999_999, report);
    const processor = state.ItemProcessor;
    const config = isObject(processor) ? processor.ProcessorConfig : undefined;
    const mode = isObject(config) ? (config.Mode ?? "INLINE") : "INLINE";
    if (mode !== "INLINE")
      notEmulated(`the Map mode ${mode}`, `${at}/ItemProcessor/ProcessorConfig`, report);
    if (isObject(state.Items)) notEmulated("a Map over an object", `${at}/Items`, report);
    else if (!Array.isArray(state.Items ?? []) && expressionIn(state.Items) === undefined)
      report("Items must be an array or a JSONata expression", `${at}/Items`);
  },
  Parallel: (state, at, report) => {
    if (list(state.Branches).length === 0)
      report("Branches must hold at least one branch", `${at}/Branches`);
  },
};

/** Fields that hold workflows, or constants, and so no expressions of this state. */
const WITHOUT_EXPRESSIONS = ["Branches", "ItemProcessor", "Comment", "Resource", "Next", "Type"];

/** What $states has in every field. */
const ALWAYS = ["input", "context"];

const checkExpressions = (value: unknown, at: string, scope: string[], report: Report) => {
  const expression = expressionIn(value);
  if (expression !== undefined) {
    let tree: Node;
    try {
      tree = jsonata(expression).ast();
    } catch (error) {
      return report((error as Error).message, at, "INVALID_JSONATA_EXPRESSION");
    }
    const problem = misplaced(tree) ?? absent(tree, scope);
    if (problem) report(problem, at, "UNSUPPORTED_JSONATA_EXPRESSION");
  } else if (typeof value === "string" && (value.startsWith("{%") || value.endsWith("%}")))
    report("A JSONata expression must begin with '{%' and end with '%}'", at);
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) checkExpressions(item, `${at}[${i}]`, scope, report);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value))
      checkExpressions(item, `${at}/${key}`, scope, report);
};

// biome-ignore lint/suspicious/noExplicitAny: jsonata's syntax tree has no published type
type Node = any;

/** The first problem that a check finds in some parts of an expression. */
const firstIn = (nodes: Node[], check: (node: Node) => string | undefined) => {
  for (const node of nodes) {
    const problem = check(node);
    if (problem) return problem;
  }
  return undefined;
};

/** What an expression names although, in Step Functions, there is nothing there: it has no input but $states. */
const misplaced = (node: Node): string | undefined => {
  if (node === null || typeof node !== "object") return undefined;
  if (Array.isArray(node)) return firstIn(node, misplaced);
  const { type, value } = node;
  if (type === "name" || (type === "variable" && value === ""))
    return `Reference to '${type === "name" ? value : "$"}' at the top level is not supported.`;
  if (type === "variable" && value === "$") return "Reference to '$$' is not supported.";
  // After the first step, names are relative to what it gave.
  if (type === "path") return misplaced(node.steps[0]);
  const { expression, lhs, rhs, arguments: args, expressions, procedure, condition, body } = node;
  const { then: positive, else: negative } = node;
  const within = type === "apply" ? [lhs, rhs] : [expression, lhs, rhs];
  return misplaced([...within, args, expressions, procedure, condition, positive, negative, body]);
};

/** What an expression reads of $states although it is not there in its field. */
const absent = (node: Node, scope: string[]): string | undefined => {
  if (node === null || typeof node !== "object") return undefined;
  if (node.type === "path") {
    const [first, second] = node.steps;
    if (first.type === "variable" && first.value === "states" && second?.type === "name")
      if (!scope.includes(second.value)) return `Field '$states.${second.value}' does not exist.`;
  }
  return firstIn(Object.values(node), (part) => absent(part, scope));
};
