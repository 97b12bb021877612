import { isObject } from "../../../kernel/json.ts";
import { type Fields, type Report, required, unknownFields, whole } from "./report.ts";

/** Checks the names that a state assigns to. */
export const checkAssign = (assign: unknown, at: string, report: Report) => {
  if (!isObject(assign)) return report("Assign must be an object", at);
  for (const name of Object.keys(assign))
    if (name === "states" || !/^\p{ID_Start}\p{ID_Continue}{0,79}$/u.test(name))
      report(`'${name}' is not a name for a variable`, at);
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

/** Checks a state's retriers. */
export const checkRetry = (retry: unknown, at: string, report: Report) => {
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

/** Checks a state's catchers. */
export const checkCatch = (catchers: unknown, at: string, report: Report) => {
  for (const [i, catcher] of checkErrors(catchers, at, report).entries()) {
    const here = `${at}[${i}]`;
    unknownFields(catcher, ["ErrorEquals", "Next", "Output", "Assign", "Comment"], here, report);
    required(catcher, ["Next"], here, report);
    if (catcher.Assign !== undefined) checkAssign(catcher.Assign, `${here}/Assign`, report);
  }
};
