import { lost } from "./errors.ts";
import type { FaultKind } from "./fault.ts";

const MINUTE = 60_000;

/**
 * What fails an order again and again: a step of its saga, for longer than that tries or a reservation lasts; the bus, for
 * longer than a stream waits for its relay.
 */
export const outage: FaultKind = {
  says: "fails from then on, for minutes or more than an hour",
  fits: ({ who, operation, subject }) =>
    subject !== "-" &&
    ((/^(Fulfil|Return)Order$/.test(who) && operation === "Invoke") ||
      (who.endsWith("RelayOutbox") && operation === "PutEvents")),
  lasts: ({ draw }) => Math.floor((2 + 78 * draw()) * MINUTE),
  // What the service itself says in an outage: a saga knows that it passes.
  strike: async (call) => {
    throw lost(call);
  },
};
