import { unavailable } from "./errors.ts";
import type { FaultKind } from "./fault.ts";

/** A service that answers with 503. */
export const serverError: FaultKind = {
  says: "is answered with 503",
  fits: () => true,
  strike: async () => {
    throw unavailable();
  },
};
