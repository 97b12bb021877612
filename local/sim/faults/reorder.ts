import { type FaultKind, isDelivery, wait } from "./fault.ts";

/** A delivery that others overtake. */
export const reorder: FaultKind = {
  says: "is overtaken by what comes after it",
  often: 2,
  fits: isDelivery,
  strike: async (call, next, means) => {
    await wait(means, 1_000, 90_000);
    return next(call);
  },
};
