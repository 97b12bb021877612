import { throttled } from "./errors.ts";
import type { FaultKind } from "./fault.ts";

/** A service that has too much to do. */
export const throttle: FaultKind = {
  says: "is throttled",
  fits: () => true,
  strike: async (call) => {
    throw throttled(call);
  },
};
