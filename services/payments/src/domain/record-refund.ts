import type { Trace } from "@petstore/core/context";
import { ok, type Refusal, type Result, refuse } from "@petstore/core/result";
import type { ByHand, LedgerEvent } from "./ledger.ts";
import { evolve, left, otherSumTaken, type PaymentState } from "./payment-state.ts";

/** Writes down a refund that somebody made elsewhere, once under a key. */
export type RecordRefund = { type: "RecordRefund"; key: string; trace: Trace } & ByHand;

/** What a refund by hand writes into the ledger: no more than was taken and has not gone back. */
export const recordRefund = (
  state: PaymentState,
  { key, amount, reason, by }: RecordRefund,
): Result<
  LedgerEvent[],
  Refusal<"IdempotencyKeyReused" | "UnknownPayment" | "RefundExceedsCapture">
> => {
  const earlier = state.byHand[key];
  if (earlier) {
    const isSame =
      earlier.amount.amount === amount.amount &&
      earlier.amount.currency === amount.currency &&
      earlier.reason === reason;
    return isSame
      ? ok([])
      : refuse("IdempotencyKeyReused", "This Idempotency-Key was used for another refund.");
  }
  if (!state.total) return refuse("UnknownPayment", "There is no payment for this order.");
  const taken = otherSumTaken(state);
  const now = taken.reduce(evolve, state);
  if (amount.currency !== now.currency || amount.amount > left(now))
    return refuse("RefundExceedsCapture", "More would go back than was taken and is still ours.");
  return ok([...taken, { type: "RefundedByHand", data: { key, amount, reason, by } }]);
};
