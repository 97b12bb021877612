/** Asking again will not help. */
const REFUSED = { ErrorEquals: ["Refused", "Contradiction"], MaxAttempts: 0 };

/**
 * What passes by itself, by the names that errors have in Step Functions: nobody knows, too much at once, an outage. Those
 * that a function throws have one name, given by saga-step.ts; the others are Lambda's own
 * (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html).
 */
const TRANSIENT = [
  "OutcomeUnknown",
  "Transient",
  "Sandbox.Timedout",
  "Lambda.Unknown",
  "Lambda.TooManyRequestsException",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.ClientExecutionTimeoutException",
];

/** Waits of up to one second, two, four and so on until the longest. Full jitter draws each between nothing and that: half on average. */
const retry = (ErrorEquals: string[], MaxAttempts: number, MaxDelaySeconds: number) => ({
  ErrorEquals,
  IntervalSeconds: 1,
  BackoffRate: 2,
  MaxAttempts,
  MaxDelaySeconds,
  JitterStrategy: "FULL",
});

/**
 * While all can still be undone and a customer waits. What passes by itself is outlived for twenty minutes at least, half
 * an hour mostly: docs/adr/0010 has the figures. A defect of ours, which is all else, is given up after a quarter of a minute.
 */
export const EARLY = [
  REFUSED,
  retry(TRANSIENT, 120, 30),
  retry(["States.Timeout"], 33, 30), // each of them has cost the step's own time before
  retry(["States.ALL"], 5, 20),
];

/** What nothing can undo any more, the undos themselves above all, is tried for twelve hours. */
export const LATE = [REFUSED, retry(["States.ALL"], 300, 300)];
