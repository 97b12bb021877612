import { type FaultKind, wait } from "./fault.ts";

const MINUTE = 60_000;

/** A step of a saga that begins when what was reserved for the order has expired. */
export const standstill: FaultKind = {
  says: "stands still for longer than a reservation lasts",
  often: 1.5,
  fits: ({ who, operation }) => who === "FulfilOrder" && operation === "Invoke",
  strike: async (call, next, means) => {
    await wait(means, 12 * MINUTE, 70 * MINUTE);
    return next(call);
  },
};
