import { isObject } from "../../../kernel/json.ts";
import { integrationOf } from "../integrations.ts";
import { expressionIn } from "../jsonata/evaluate.ts";
import { checkExpressions } from "./expressions.ts";
import { checkAssign, checkCatch, checkRetry } from "./handlers.ts";
import {
  type Fields,
  list,
  notEmulated,
  type Report,
  required,
  unknownFields,
  whole,
} from "./report.ts";

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

/** Fields that hold workflows, or constants, and so no expressions of this state. */
const WITHOUT_EXPRESSIONS = ["Branches", "ItemProcessor", "Comment", "Resource", "Next", "Type"];

/** What $states has in every field. */
const ALWAYS = ["input", "context"];

/** Checks a state, but for the workflows in it. Answers whether those can be checked. */
export const checkState = (
  state: Fields,
  at: string,
  language: unknown,
  report: Report,
): boolean => {
  const type = state.Type as string;
  const known = Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
  if (!known) {
    report(`Value '${type}' is not a state type`, `${at}/Type`);
    return false;
  }
  const used = state.QueryLanguage ?? language ?? "JSONPath";
  if (used !== "JSONata") {
    const other = `'QueryLanguage' can not be '${used}' if set to 'JSONata' for whole state machine`;
    if (language === "JSONata") report(other, at);
    else notEmulated(`the query language ${used}`, at, report);
    return false;
  }
  unknownFields(state, [...EVERY_STATE, ...known.required, ...known.optional], at, report);
  if (!required(state, known.required, at, report)) return false;
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
  return true;
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
