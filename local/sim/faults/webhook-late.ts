import { type FaultKind, wait } from "./fault.ts";
import { isNews } from "./webhook-lost.ts";

const MINUTE = 60_000;

/** News that the provider sends long after. */
export const webhookLate: FaultKind = {
  says: "is sent minutes later",
  often: 8,
  fits: isNews,
  strike: async (call, next, means) => {
    void wait(means, 5_000, 6 * MINUTE)
      .then(() => next(call))
      .catch(() => {});
    return { MessageId: "sent-later", MD5OfMessageBody: "" };
  },
};
