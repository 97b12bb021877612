import { unavailable } from "./errors.ts";
import { type FaultKind, wait } from "./fault.ts";

/** A provider that has done what was asked when the connection breaks. */
export const providerResets: FaultKind = {
  says: "is done by the provider when the connection breaks",
  often: 6,
  fits: ({ who, target }) => who === "url" && target === "ProviderApi",
  strike: async (call, next, means) => {
    await next(call);
    await wait(means, 0, 1_000);
    throw unavailable();
  },
};
