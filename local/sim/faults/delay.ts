import { type FaultKind, wait } from "./fault.ts";

/** A request that is long on its way. */
export const delay: FaultKind = {
  says: "is long on its way",
  fits: () => true,
  strike: async (call, next, means) => {
    await wait(means, 100, 4_000);
    return next(call);
  },
};
