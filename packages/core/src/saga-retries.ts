const REFUSED = { ErrorEquals: ["Refused", "Contradiction"], MaxAttempts: 0 }; // asking again will not help
const times = (ErrorEquals: string[], MaxAttempts: number, MaxDelaySeconds: number) => ({
  ErrorEquals,
  IntervalSeconds: 1,
  BackoffRate: 2,
  MaxAttempts,
  MaxDelaySeconds,
  JitterStrategy: "FULL",
});

/** Neither yes nor no is asked again under the same key for half an hour or so; else what may still be undone gives up soon. */
export const EARLY = [
  REFUSED,
  times(["OutcomeUnknown", "States.Timeout"], 33, 60),
  times(["States.ALL"], 5, 20),
];

/** What nothing can undo any more, the undos themselves above all, is tried for half a day. */
export const LATE = [REFUSED, times(["States.ALL"], 300, 300)];
