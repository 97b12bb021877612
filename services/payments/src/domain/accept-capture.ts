import type { Trace } from "@petstore/core/context";
import type { LedgerEvent } from "./ledger.ts";
import { evolve, left, otherSumTaken, type PaymentState } from "./payment-state.ts";

/** A person lets an order go on: what the provider took too much counts as taken, and the excess goes back. */
export type AcceptCapture = { type: "AcceptCapture"; trace: Trace };

/** What that writes into the ledger: nothing where the provider took too little, for then the order is not paid. */
export const acceptCapture = (state: PaymentState, { trace }: AcceptCapture): LedgerEvent[] => {
  const { total } = state;
  const taken = otherSumTaken(state);
  const now = taken.reduce(evolve, state);
  if (!total || now.status !== "captured" || now.currency !== total.currency) return [];
  if (now.captured < total.amount) return [];
  const excess = left(now) - total.amount;
  if (excess <= 0 || now.refunding || now.refunds.excess !== undefined) return taken;
  const amount = { ...total, amount: excess };
  return [...taken, { type: "RefundRequested", data: { amount, cause: "excess", trace } }];
};

/** Whether the total is ours: all of it was taken, and no excess is on its way back. */
export const isTaken = ({ status, captured, currency, total, refunding }: PaymentState): boolean =>
  status === "captured" &&
  captured >= (total?.amount ?? 0) &&
  currency === total?.currency &&
  refunding?.cause !== "excess";
