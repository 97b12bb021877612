import { lost } from "./errors.ts";
import type { FaultKind } from "./fault.ts";

/** A request that is carried out, and whose answer never comes. */
export const lostAnswer: FaultKind = {
  says: "is done, but its answer is lost",
  fits: () => true,
  strike: async (call, next) => {
    await next(call);
    throw lost(call);
  },
};
