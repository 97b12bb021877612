import { type FaultKind, repeatable } from "./fault.ts";

/** A request that arrives twice, one right after the other. */
export const duplicate: FaultKind = {
  says: "arrives twice",
  fits: repeatable,
  strike: async (call, next) => {
    const first = await next(call);
    await next(call).catch(() => {});
    return first;
  },
};
