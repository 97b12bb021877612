import type { Counts } from "./count.ts";

/** What an order of two lines may cost at most. README.md and docs/lessons/15-cost/README.md say what it does cost. */
export const BUDGET = {
  commandWrites: 7,
  writeUnits: 53,
  reads: 8,
  events: 6,
  transitions: 5,
} satisfies Partial<Counts>;

/** What a million of them may cost at most, in US dollars, e-mail apart. */
export const DOLLARS = 190;
