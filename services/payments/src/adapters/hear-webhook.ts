import { log } from "@petstore/core/log";
import { ok, type Refusal, type Result, refuse } from "@petstore/core/result";
import { OutcomeUnknown } from "@petstore/core/saga-step";
import type { PaymentId } from "@petstore/events/ids";
import { isNews, type Said } from "../domain/hear-provider.ts";
import { answerOf, payment } from "../domain/payment.ts";
import { decideOn, type Loaded, loadPayment } from "./payments.ts";
import { provider } from "./provider-account.ts";
import type { Webhook } from "./provider-language.ts";
import { answerSaga } from "./saga.ts";

/** The provider's own word for a payment, or undefined where it gives none at the moment. */
const ask = async (id: PaymentId): Promise<{ said: Said | undefined } | undefined> => {
  try {
    return { said: await provider.find(id) };
  } catch (error) {
    if (error instanceof OutcomeUnknown) return undefined;
    throw error;
  }
};

/** Whether a payment, as the provider itself describes it, leaves nothing of the webhook to be said. */
const confirms = ({ state }: Loaded, truth: Said | undefined, said: Said): boolean => {
  const heard = truth && payment.decide(state, { type: "HearProvider", said: truth });
  const afterTruth = heard?.ok ? heard.value.reduce(payment.evolve, state) : state;
  return !isNews(afterTruth, said);
};

/**
 * A webhook is a hint. What it says that we do not know is not written down on its word: the provider is asked what is
 * true, and that is; whoever knows the signing secret moves no money with it. Then the saga's step that waits is
 * answered, again when the webhook comes again: the first time we may have crashed between the two.
 */
export const hearWebhook = async ({
  id,
  paymentId,
  said,
}: Webhook): Promise<
  Result<"heard", Refusal<"UnknownPayment" | "NotConfirmed" | "ProviderSilent">>
> => {
  let loaded = await loadPayment(paymentId);
  if (!loaded.state.total) return refuse("UnknownPayment", "We never asked for this payment.");

  if (isNews(loaded.state, said)) {
    const answer = await ask(paymentId);
    if (!answer) return refuse("ProviderSilent", "The provider did not confirm it; send it again.");
    const truth = answer.said;
    const isTrue = confirms(loaded, truth, said);
    if (truth) {
      const isFirst = isTrue && !loaded.state.webhooks.includes(id);
      const webhook = isFirst ? { webhook: id } : {};
      const heard = await decideOn(paymentId, loaded, {
        type: "HearProvider",
        said: truth,
        ...webhook,
      });
      if (heard.ok) loaded = heard.value;
    }
    if (!isTrue) {
      const facts = { error: "NotConfirmed", paymentId, webhook: id, said: said.status };
      log("a signed webhook says what the provider does not", facts);
      return refuse("NotConfirmed", `The provider does not say ${said.status} when it is asked.`);
    }
  }

  const { state } = loaded;
  const answer = answerOf(state);
  const isTheAnswer = said.status === "authorized" || said.status === "declined";
  if (isTheAnswer && answer && state.taskToken) await answerSaga(state.taskToken, answer);
  return ok("heard");
};
