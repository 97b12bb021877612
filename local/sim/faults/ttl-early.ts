import type { FaultKind } from "./fault.ts";

const LONG_MS = 20 * 60_000;

type Put = { Put?: { Item?: Record<string, { N?: string }> } };

const expires = ({ Put }: Put): boolean => Put?.Item?.expiresAt !== undefined;

/** An item that is to be kept for a while, and whose time is over at once: by a clock that is days behind, say. */
export const ttlEarly: FaultKind = {
  says: "writes an item that has expired already",
  often: 12,
  fits: ({ operation }, { input }) =>
    operation === "TransactWriteItems" && input.TransactItems.some(expires),
  strike: (call, next, { clock }) => {
    // DynamoDB takes its time to notice: this long ago it would have.
    const expiresAt = { N: String(Math.floor((clock.now() - LONG_MS) / 1000)) };
    const TransactItems = call.input.TransactItems.map((write: Put) =>
      expires(write) ? { Put: { ...write.Put, Item: { ...write.Put?.Item, expiresAt } } } : write,
    );
    return next({ ...call, input: { ...call.input, TransactItems } });
  },
};
