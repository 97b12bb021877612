import { type FaultKind, wait } from "./fault.ts";
import { isNews } from "./webhook-lost.ts";

/** News that the provider sends twice, the second time after newer ones. */
export const webhookTwice: FaultKind = {
  says: "is sent twice",
  often: 8,
  fits: isNews,
  strike: async (call, next, means) => {
    void wait(means, 0, 60_000)
      .then(() => next(call))
      .catch(() => {});
    return next(call);
  },
};
