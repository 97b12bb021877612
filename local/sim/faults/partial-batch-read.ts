import type { FaultKind } from "./fault.ts";

type Requests = Record<string, { Keys: object[] }>;

/** A table that answers a batch of reads but for its last key. */
export const partialBatchRead: FaultKind = {
  says: "is answered but for the last of its batch",
  fits: ({ operation }) => operation === "BatchGetItem",
  strike: async (call, next) => {
    const asked = Object.entries(call.input.RequestItems as Requests);
    const [table, { Keys, ...how }] = asked.at(-1) as [string, Requests[string]];
    const left = { [table]: { ...how, Keys: Keys.slice(-1) } };
    if (Keys.length === 1 && asked.length === 1) return { Responses: {}, UnprocessedKeys: left };
    const some = { ...call.input.RequestItems, [table]: { ...how, Keys: Keys.slice(0, -1) } };
    if (Keys.length === 1) delete some[table];
    const answer = (await next({
      ...call,
      input: { ...call.input, RequestItems: some },
    })) as object;
    return { ...answer, UnprocessedKeys: left };
  },
};
