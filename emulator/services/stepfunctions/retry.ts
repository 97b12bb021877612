import type { Failure, Retrier } from "./execution.ts";

/** The errors that only their own name matches, and not States.ALL. */
const TERMINAL = ["States.Runtime", "States.DataLimitExceeded"];

/** Whether a retrier's or catcher's ErrorEquals matches a failure. Nothing catches States.Runtime. */
export const matches = (patterns: string[], failure: Failure): boolean => {
  const { error = "", alias } = failure;
  if (error === "States.Runtime") return false;
  if (patterns.includes(error) || (alias !== undefined && patterns.includes(alias))) return true;
  if (TERMINAL.includes(error)) return false;
  return (
    patterns.includes("States.ALL") ||
    (patterns.includes("States.TaskFailed") && error !== "States.Timeout")
  );
};

/** How many milliseconds to wait before a retry, given how many this retrier has made before. */
export const delayOf = (retrier: Retrier, before: number, random: () => number): number => {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds, JitterStrategy } = retrier;
  const grown = IntervalSeconds * BackoffRate ** before;
  const capped = Math.min(grown, MaxDelaySeconds ?? 31_622_400);
  return (JitterStrategy === "FULL" ? random() * capped : capped) * 1000;
};
