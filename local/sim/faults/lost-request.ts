import { lost } from "./errors.ts";
import type { FaultKind } from "./fault.ts";

/** A request that never arrives. */
export const lostRequest: FaultKind = {
  says: "is lost on the way",
  fits: () => true,
  strike: async (call) => {
    throw lost(call);
  },
};
