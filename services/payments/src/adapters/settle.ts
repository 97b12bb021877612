import { ok, type Refusal, type Result } from "@petstore/core/result";
import { Contradiction } from "@petstore/core/saga-step";
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
  ask: (state: PaymentState) => Promise<Result<Said>>;
  /** What to write down of the provider's refusal, where it is no matter for a person. */
  hearRefusal?: (why: string) => PaymentCommand;
};

/**
 * One step at the provider: decide whether we may, ask unless we know, write down what was said. One read and
 * one write; repeated after a crash it asks under the same key and is told the same. What the provider refuses
 * for good is written down and refused to the saga; mostly it is published as well, as a matter for a person.
 */
export const settle = async (
  id: PaymentId,
  { command, isSettled, ask, hearRefusal }: Step,
): Promise<Result<string>> => {
  const allowed = await decideOn(id, await loadPayment(id), command);
  if (!allowed.ok) {
    if (LATER.includes(allowed.refusal.code)) throw new Error(allowed.refusal.detail);
    return allowed;
  }
  if (isSettled(allowed.value.state)) return ok("settled before");

  const answer = await ask(allowed.value.state);
  const heard: PaymentCommand = answer.ok
    ? { type: "HearProvider", said: answer.value }
    : (hearRefusal?.(answer.refusal.detail) ?? {
        type: "ReportRefusal",
        what: wordsFor(command.type, answer.refusal),
      });
  const result = await decideOn(id, allowed.value, heard);
  if (!result.ok) return result;
  if (isSettled(result.value.state)) return ok("settled");
  if (!answer.ok) return answer;
  throw new Contradiction(`${command.type}: the provider's word does not agree with our books.`);
};

const wordsFor = (step: string, { code, detail }: Refusal) =>
  `${step} was refused by the provider: ${code}: ${detail}`;
