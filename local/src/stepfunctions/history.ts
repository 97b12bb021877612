import type { Clock } from "../clock.ts";
import type { Execution } from "./execution.ts";

/** How many events an execution's history holds, at most. */
export const HISTORY_LIMIT = 25_000;

/** Thrown where the history has no room but for the execution's end. */
export class Exhausted extends Error {
  override name = "Exhausted";
}

/** Writes down what happens in an execution, as GetExecutionHistory answers it. Answers the event's id. */
export type History = {
  add: (x: Execution, type: string, details: object, after: number) => number;
  /** The last event of an execution, for which there is always room. */
  close: (x: Execution, type: string, details: object, after: number) => number;
};

export const createHistory = (clock: Clock): History => {
  const write: History["add"] = (x, type, details, previousEventId) => {
    const id = x.history.length + 1;
    x.history.push({ timestamp: clock.now() / 1000, type, id, previousEventId, ...details });
    return id;
  };
  return {
    add: (x, type, details, after) => {
      if (x.history.length >= HISTORY_LIMIT - 1)
        throw new Exhausted(
          `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`,
        );
      return write(x, type, details, after);
    },
    close: write,
  };
};
