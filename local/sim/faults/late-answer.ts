import { type FaultKind, wait } from "./fault.ts";

/** An answer that is long on its way. */
export const lateAnswer: FaultKind = {
  says: "is done at once, but its answer is long on its way",
  fits: () => true,
  strike: async (call, next, means) => {
    const answer = await next(call);
    await wait(means, 100, 4_000);
    return answer;
  },
};
