import { ok, type Result } from "@petstore/core/result";
import type { PaymentId } from "@petstore/events/ids";
import { isNews, type Said } from "../domain/hear-provider.ts";
import type { PaymentState } from "../domain/payment-state.ts";
import { provider } from "./provider-account.ts";

/**
 * Has the provider give a payment back: what it holds for us is voided, what we took is refunded under the cause that was
 * first asked with. It is asked before whether it did so already: its answer may have been lost, and it forgets its
 * idempotency keys sooner than a person comes to look.
 */
export const giveBack = async (id: PaymentId, state: PaymentState): Promise<Result<Said>> => {
  const { refunding } = state;
  if (!refunding) return provider.void(id);
  const said = await provider.find(id);
  if (said && isNews(state, said)) return ok(said);
  return provider.refund(id, refunding.amount, refunding.cause);
};
