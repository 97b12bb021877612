import type { Left } from "./world.ts";

/** What may go wrong, once for each of `faults`. */
export const faultKinds = [
  "crash",
  "unseen",
  "ended",
  "delivered twice",
  "lost",
  "forgotten",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What an exploration begins with: the card, the shelf, and how much may happen. */
export type Scenario = {
  name: string;
  card: string;
  /** How many there are of the one product that is ordered. */
  available?: number;
  /** The bank of a card that needs time never answers. */
  silentBank?: boolean;
  /** Nothing here is for a person: an order that needs attention is one too many. */
  needsNobody?: boolean;
  /** There is more than a night can walk: no further steps are begun once there are so many states. */
  endsAt?: number;
  /** Which faults there are; without it, all. */
  kinds?: readonly FaultKind[];
} & Partial<Left>;

/** Nothing goes wrong, and nobody does anything. */
export const nothing: Left = {
  faults: 0,
  cancels: 0,
  resumes: 0,
  closes: 0,
  expiries: 0,
  sweeps: 0,
  counts: 0,
  refundsByHand: 0,
  comparisons: 0,
};
