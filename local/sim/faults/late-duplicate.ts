import { type FaultKind, isDelivery, wait } from "./fault.ts";

const MINUTE = 60_000;

/** Something that is delivered, and delivered once more when nobody thinks of it. */
export const lateDuplicate: FaultKind = {
  says: "is delivered, and once more minutes later",
  often: 2,
  fits: isDelivery,
  strike: async (call, next, means) => {
    const first = await next(call);
    void wait(means, 1_000, 4 * MINUTE)
      .then(() => next(call))
      .catch(() => {});
    return first;
  },
};
