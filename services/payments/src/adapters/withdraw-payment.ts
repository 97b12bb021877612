import { currentTrace } from "@petstore/core/context";
import type { PaymentId } from "@petstore/events/ids";
import { answerOf } from "../domain/payment.ts";
import { decideOn, loadPayment } from "./payments.ts";
import { answerSaga } from "./saga.ts";

/**
 * Leaves the tombstone that void-payment would leave, earlier: an authorisation that was not asked for yet never will be,
 * and the saga's step that waits for one is told at once. What the provider holds already, the saga has it give up.
 */
export const withdrawPayment = async (id: PaymentId): Promise<void> => {
  const command = { type: "VoidPayment", trace: currentTrace() } as const;
  const result = await decideOn(id, await loadPayment(id), command);
  if (!result.ok) return; // The money is captured already: the order was confirmed, and the cancellation ladder refunds it.
  const { state } = result.value;
  const answer = answerOf(state);
  if (state.taskToken && answer && !answer.ok) await answerSaga(state.taskToken, answer);
};
