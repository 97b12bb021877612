import { byFunction, type FaultKind, wait } from "./fault.ts";

const MINUTE = 60_000;

/** A function that hangs in a call until its time is out; the call is carried out all the same, long after. */
export const zombie: FaultKind = {
  says: "hangs until the time of its function is out, and is done all the same",
  fits: byFunction,
  strike: async (call, next, means) => {
    await wait(means, 31_000, 5 * MINUTE);
    return next(call);
  },
};
