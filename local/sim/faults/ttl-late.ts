import { lost } from "./errors.ts";
import type { FaultKind } from "./fault.ts";

const DAY = 24 * 3600_000;

/** An item whose time is over, and which is still there for days, or for ever as far as anybody can see. */
export const ttlLate: FaultKind = {
  says: "is not deleted although its time is over, for days",
  often: 250,
  fits: ({ operation }) => operation === "Expire",
  lasts: ({ draw }) => Math.floor((1 + 400 * draw() ** 4) * DAY),
  strike: async (call) => {
    throw lost(call);
  },
};
