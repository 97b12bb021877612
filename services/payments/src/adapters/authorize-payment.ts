import { currentTrace } from "@petstore/core/context";
import type { Money } from "@petstore/core/money";
import { ok, type Result } from "@petstore/core/result";
import type { PaymentId } from "@petstore/events/ids";
import { answerOf } from "../domain/payment.ts";
import { decideOn, loadPayment } from "./payments.ts";
import { provider } from "./provider-account.ts";
import { answerSaga } from "./saga.ts";

/**
 * Asks the provider to authorise, once. Asked again, under a new task token, because the first time ended
 * without an answer: what is known is answered at once, else the provider is asked what became of it, and
 * what it does not know yet will come by webhook, to the newest token.
 */
export const authorizePayment = async (
  id: PaymentId,
  { total, card, taskToken }: { total: Money; card: string; taskToken: string },
): Promise<Result<string>> => {
  const trace = currentTrace();
  const request = { type: "AuthorizePayment", total, taskToken, trace } as const;
  let result = await decideOn(id, await loadPayment(id), request);
  if (!result.ok) return result;

  if (!answerOf(result.value.state)) {
    const isFirst = result.value.state.taskToken === taskToken;
    const said =
      (isFirst ? undefined : await provider.find(id)) ??
      (await provider.authorize(id, total, card));
    result = await decideOn(
      id,
      result.value,
      said.status === "pending"
        ? { type: "AwaitAnswer", taskToken }
        : { type: "HearProvider", said },
    );
    if (!result.ok) return result;
  }

  const answer = answerOf(result.value.state);
  if (!answer) return ok("pending");
  if (answer.ok) await answerSaga(taskToken, answer);
  return answer;
};
