import { describeError, log } from "@petstore/core/log";
import { isFirstFailure } from "./night.ts";

/**
 * Lets a night's reconciliation fail once: the first run that does ends, after its retries, among the dead letters. Later runs
 * of that night only log their failures, which mostly have the same cause, and go on with what the last one left.
 */
export const failOnce = async (
  date: string,
  requestId: string,
  run: () => Promise<void>,
): Promise<void> => {
  try {
    await run();
  } catch (error) {
    if (await isFirstFailure(date, requestId)) throw error;
    log("reconciliation: failed again this night", describeError(error));
  }
};
