import { ok, type Refusal, type Result, refuse } from "@petstore/core/result";
import type { PaymentId } from "@petstore/events/ids";
import type { Said } from "../domain/hear-provider.ts";
import type { PaymentCommand } from "../domain/payment.ts";
import type { PaymentState } from "../domain/payment-state.ts";
import { decideOn, loadPayment } from "./payments.ts";

/** Not a refusal for good: the saga shall come back. */
const LATER = ["NotYetAuthorized", "NotYetCaptured"];

type Step = {
  command: PaymentCommand;
  isSettled: (state: PaymentState) => boolean;
  ask: () => Promise<Result<Said>>;
};

/**
 * One step at the provider: decide whether we may, ask unless we know, write down what was said. One read and
 * one write; repeated after a crash it asks under the same key and is told the same. What the provider refuses
 * for good is a matter for a person: it is written down, published, and refused to the saga.
 */
export const settle = async (
  id: PaymentId,
  { command, isSettled, ask }: Step,
): Promise<Result<string>> => {
  const allowed = await decideOn(id, await loadPayment(id), command);
  if (!allowed.ok) {
    if (LATER.includes(allowed.refusal.code)) throw new Error(allowed.refusal.detail);
    return allowed;
  }
  if (isSettled(allowed.value.state)) return ok("settled before");

  const answer = await ask();
  const result = await decideOn(
    id,
    allowed.value,
    answer.ok
      ? { type: "HearProvider", said: answer.value }
      : { type: "ReportRefusal", what: wordsFor(command.type, answer.refusal) },
  );
  if (!result.ok) return result;
  if (!answer.ok) return answer;
  return isSettled(result.value.state)
    ? ok("settled")
    : refuse("PaymentDisputed", "What the provider says does not agree with our books.");
};

const wordsFor = (step: string, { code, detail }: Refusal) =>
  `${step} was refused by the provider: ${code}: ${detail}`;
