import type { Done } from "./plan.ts";

/**
 * Pointers to rows that the sweeper published, sweeps that the next sweep did, starts and recoveries of sagas that the
 * sweeper made up for, withdrawals that the saga's own undo made up for: for a person to put away.
 */
const SETTLED_OTHERWISE = /(OutboxFailures|Sweep|Start|RecoverSaga|WithdrawPayment)\w*Queue holds/;

/** After any fault but a plain refusal by the mail service, nobody knows whether an e-mail was sent (F25). */
const leavesOpen = ({ point, fault }: Done): boolean =>
  (/\bNotifyCustomer\b/.test(point) &&
    !(fault === "throttle" && point.includes("ses.SendEmail"))) ||
  (point.startsWith("rule:Notifications ") && fault === "burial");

/** Whether dead letters are what the faults of a run had to leave behind. */
export const accountedFor = (what: string, done: readonly Done[]): boolean =>
  SETTLED_OTHERWISE.test(what) ||
  (/Notifications\w*Queue holds/.test(what) && done.some(leavesOpen));
