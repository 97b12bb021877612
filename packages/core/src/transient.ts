import { isServerError, isThrottlingError, isTransientError } from "@smithy/core/retry";

/** Somebody else's write came in between, too often, or DynamoDB had too much to do (transact.ts, store.ts). */
const OURS = ["WriteConflict", "VersionConflict", "Throttled", "TransactionConflictException"];

/** What the AWS SDK itself would try again: throttles, time-outs, lost connections, 5xx. */
const isRetryable = (error: Parameters<typeof isTransientError>[0]) =>
  isThrottlingError(error) || isTransientError(error) || isServerError(error);

/** Whether an error is one that passes by itself, though it was tried again a few times. All else is a defect, or a refusal. */
export const isTransient = (error: unknown): boolean =>
  error instanceof Error &&
  (OURS.includes(error.name) ||
    isRetryable(error as Parameters<typeof isRetryable>[0]) ||
    isTransient(error.cause)); // ElectroDB wraps what DynamoDB throws
