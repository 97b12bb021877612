import type { Done } from "./plan.ts";

/**
 * Pointers to rows that the sweeper published, sweeps that the next sweep did, starts and recoveries of sagas that the
 * sweeper made up for, withdrawals that the saga's own undo made up for: for a person to put away.
 */
const SETTLED_OTHERWISE =
  /-(\w+OutboxFailures|\w*Sweep\w+?|Start\w+?|RecoverSaga|WithdrawPayment)(?:Dlq)?Queue holds/;

/** Whether a fault met what fills such a queue. Without one, a dead letter there is a defect like any other. */
const met = (queue: string, done: readonly Done[]): boolean => {
  const who = queue.replace("OutboxFailures", "RelayOutbox");
  return done.some(({ point, fault }) => fault === "outage" || point.includes(who));
};

/** After any fault but a plain refusal by the mail service, nobody knows whether an e-mail was sent (F25). */
const leavesOpen = ({ point, fault }: Done): boolean =>
  (/\bNotifyCustomer\b/.test(point) &&
    !(fault === "throttle" && point.includes("ses.SendEmail"))) ||
  (point.startsWith("rule:Notifications ") && fault === "burial");

const MAIL = /Notifications\w*Queue holds/;

/** Whether dead letters may be left behind where anything may have failed: nothing that an order or a page waits for. */
export const mayBeLeft = (what: string): boolean => SETTLED_OTHERWISE.test(what) || MAIL.test(what);

/** Whether dead letters are what the faults of a run had to leave behind. */
export const accountedFor = (what: string, done: readonly Done[]): boolean => {
  const [, queue] = SETTLED_OTHERWISE.exec(what) ?? [];
  if (queue) return met(queue, done);
  return MAIL.test(what) && done.some(leavesOpen);
};
