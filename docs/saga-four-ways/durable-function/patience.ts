import { createRetryStrategy, JitterStrategy } from "@aws/durable-execution-sdk-js";
import { passesByItself } from "../steps.ts";

/** Asked anew under another token after so many seconds, so many times: for twenty minutes. */
export const PATIENCE = { answersWithin: 30, asked: 40 };

const tried = (maxAttempts: number, seconds: number) =>
  createRetryStrategy({
    ...{ maxAttempts, backoffRate: 2, jitter: JitterStrategy.FULL },
    ...{ initialDelay: { seconds: 1 }, maxDelay: { seconds } },
  });

/** What nothing can undo any more is tried for twelve hours, as by the state machine. */
export const late = tried(301, 300);

const [transient, defect] = [tried(121, 30), tried(6, 20)];
/** While all can still be undone: what passes by itself is outlived, a defect of ours is not. */
export const early = (error: Error, attempt: number) =>
  (passesByItself({ Error: error.name, Cause: "" }) ? transient : defect)(error, attempt);
