import { lost } from "./errors.ts";
import type { FaultKind } from "./fault.ts";

const MINUTE = 60_000;

/** A step that fails an order again and again: for longer than a saga tries, or a reservation lasts, in one run or another. */
export const outage: FaultKind = {
  says: "fails from then on, for minutes or more than an hour",
  fits: ({ who, operation, subject }) =>
    /^(Fulfil|Return)Order$/.test(who) && operation === "Invoke" && subject !== "-",
  lasts: ({ draw }) => Math.floor((2 + 78 * draw()) * MINUTE),
  // What Lambda itself says in an outage: a saga knows that it passes.
  strike: async (call) => {
    throw lost(call);
  },
};
