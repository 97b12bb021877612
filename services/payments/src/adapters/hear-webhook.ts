import { ok, type Result } from "@petstore/core/result";
import { answerOf } from "../domain/payment.ts";
import { decideOn, loadPayment } from "./payments.ts";
import type { Webhook } from "./provider-language.ts";
import { answerSaga } from "./saga.ts";

/**
 * Writes down what a webhook says, then answers the saga's step that waits for it. The answer is given again
 * when the webhook comes again: the first time we may have crashed between the two.
 */
export const hearWebhook = async ({ id, paymentId, said }: Webhook): Promise<Result<string>> => {
  const command = { type: "HearProvider", said, webhook: id } as const;
  const result = await decideOn(paymentId, await loadPayment(paymentId), command);
  if (!result.ok) return result;

  const { state } = result.value;
  const answer = answerOf(state);
  const isTheAnswer = said.status === "authorized" || said.status === "declined";
  if (isTheAnswer && answer && state.taskToken) await answerSaga(state.taskToken, answer);
  return ok("heard");
};
