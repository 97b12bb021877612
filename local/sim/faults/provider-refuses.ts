import { unavailable } from "./errors.ts";
import type { FaultKind } from "./fault.ts";

/** A provider that does not take the request. */
export const providerRefuses: FaultKind = {
  says: "is refused by the provider",
  often: 6,
  fits: ({ who, target }) => who === "url" && target === "ProviderApi",
  strike: async () => {
    throw unavailable();
  },
};
