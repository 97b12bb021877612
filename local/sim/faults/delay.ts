import { type FaultKind, repeatable, wait } from "./fault.ts";

/** A request that is long on its way. */
export const delay: FaultKind = {
  says: "is long on its way",
  // E-mails may overtake each other whatever we do.
  fits: repeatable,
  strike: async (call, next, means) => {
    await wait(means, 100, 4_000);
    return next(call);
  },
};
