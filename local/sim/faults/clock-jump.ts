import { wrong } from "./clock-skew.ts";
import { byFunction, type FaultKind, wait } from "./fault.ts";

/** A function whose clock jumps while it waits for an answer, and a moment later jumps back. */
export const clockJump: FaultKind = {
  says: "is done, and its function's clock has jumped meanwhile",
  fits: byFunction,
  strike: async (call, next, means) => {
    const { name } = call.caller;
    try {
      return await next(call);
    } finally {
      const ms = wrong(means.draw);
      means.skews.set(name, ms);
      void wait(means, 1, 5_000).then(() => {
        if (means.skews.get(name) === ms) means.skews.delete(name);
      });
    }
  },
};
