import type { FaultKind } from "./fault.ts";

type Requests = Record<string, object[]>;

/** A table that carries out a batch but for its last request. */
export const partialBatchWrite: FaultKind = {
  says: "is done but for the last of its batch",
  often: 4,
  fits: ({ operation }) => operation === "BatchWriteItem",
  strike: async (call, next) => {
    const asked = Object.entries(call.input.RequestItems as Requests);
    const [table, requests] = asked.at(-1) as [string, object[]];
    const left = { [table]: requests.slice(-1) };
    const done = Object.fromEntries(
      [...asked.slice(0, -1), [table, requests.slice(0, -1)] as const].filter(
        ([, some]) => some.length > 0,
      ),
    );
    if (Object.keys(done).length === 0) return { UnprocessedItems: left };
    const answer = (await next({
      ...call,
      input: { ...call.input, RequestItems: done },
    })) as { UnprocessedItems?: Requests };
    const also = answer.UnprocessedItems?.[table] ?? [];
    return {
      ...answer,
      UnprocessedItems: { ...answer.UnprocessedItems, [table]: [...also, ...(left[table] ?? [])] },
    };
  },
};
