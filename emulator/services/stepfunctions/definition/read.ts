import { isObject } from "../../../kernel/json.ts";
import { nestsTooDeep } from "../../../kernel/nesting.ts";
import type { Workflow } from "../execution.ts";
import { NESTS_TOO_DEEP } from "../execution.ts";
import {
  type Diagnostic,
  type Fields,
  list,
  type Report,
  required,
  unknownFields,
  whole,
} from "./report.ts";
import { checkState } from "./states.ts";

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
  const invalid = (message: string) => {
    const code = "INVALID_JSON_DESCRIPTION";
    return { diagnostics: [{ severity: "ERROR" as const, code, message }] };
  };
  if (nestsTooDeep(String(text))) return invalid(NESTS_TOO_DEEP);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text as string);
  } catch (error) {
    return invalid((error as Error).message);
  }
  const diagnostics: Diagnostic[] = [];
  const report: Report = (message, location, code = "SCHEMA_VALIDATION_FAILED") =>
    diagnostics.push({ severity: "ERROR", code, message, ...(location && { location }) });
  if (!isObject(parsed)) diagnostics.push({ ...NO_OBJECT });
  else {
    const names = new Set<string>();
    checkWorkflow(parsed, "", parsed.QueryLanguage, new Set(), names, report);
  }
  return diagnostics.length > 0 ? { diagnostics } : { workflow: parsed as Workflow };
};

const WORKFLOW = ["StartAt", "States", "Comment"];

const checkWorkflow = (
  workflow: Fields,
  at: string,
  language: unknown,
  scope: ReadonlySet<string>,
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

  const own = new Set(
    Object.values(States).flatMap((state) => (isObject(state) ? assignedIn(state) : [])),
  );
  const inside = new Set([...scope, ...own]);
  for (const name of own)
    if (scope.has(name))
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
      if (!checkState(state, here, language, report)) continue;
      for (const [inner, where] of workflowsIn(state, here))
        if (isObject(inner)) checkWorkflow(inner, where, language, inside, names, report);
        else report("A workflow must be an object", where);
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

/** The workflows in a state, and where they stand. */
const workflowsIn = ({ Type, ItemProcessor, Branches }: Fields, at: string): [unknown, string][] =>
  Type === "Map"
    ? [[ItemProcessor, `${at}/ItemProcessor`]]
    : Type === "Parallel"
      ? list(Branches).map((branch, i) => [branch, `${at}/Branches[${i}]`])
      : [];

/** The names that a state assigns to, in itself and in its rules. AWS does not count those of its catchers. */
const assignedIn = (state: Fields): string[] =>
  [state, ...list(state.Choices)].flatMap(({ Assign }) =>
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
