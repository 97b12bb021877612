import type { Entry } from "./entry.ts";
import { type Milestone, milestonesOf } from "./milestones.ts";
import { type Run, runsOf } from "./runs.ts";
import type { Things } from "./things.ts";
import { type Lying, lyingOf } from "./under-way.ts";

/** Where an order is in its own words: those of its customer, and two for what is on its way back. */
export type Status =
  | "UNKNOWN"
  | "PENDING"
  | "CONFIRMED"
  | "REJECTING"
  | "REJECTED"
  | "CANCELLING"
  | "CANCELLED"
  | "NEEDS_ATTENTION";

const AFTER: Record<string, Status> = {
  OrderPlaced: "PENDING",
  OrderConfirmed: "CONFIRMED",
  OrderAbandoned: "REJECTING",
  OrderRejected: "REJECTED",
  CancellationRequested: "CANCELLING",
  FulfilmentFailed: "CANCELLING",
  OrderCancelled: "CANCELLED",
  OrderNeedsAttention: "NEEDS_ATTENTION",
};

/** Where an order is: what happened to it, the sagas it is in, the messages that are on their way. */
export type Whereabouts = {
  status: Status;
  milestones: Milestone[];
  runs: Run[];
  lying: Lying[];
};

/** Where an order is, by its entries in their order. */
export const whereaboutsOf = (
  entries: readonly Entry[],
  orderId: string,
  things: Things,
): Whereabouts => {
  const milestones = milestonesOf(entries).filter((one) => (one.orderId ?? orderId) === orderId);
  const status = milestones.reduce<Status>(
    (status, { name, data }) => (name === "OrderResumed" ? data.status : (AFTER[name] ?? status)),
    "UNKNOWN",
  );
  const runs = runsOf(entries).filter(({ execution }) => execution.includes(orderId));
  return { status, milestones, runs, lying: lyingOf(entries, things) };
};
