import { ok, type Refusal, type Result } from "@petstore/core/result";
import { Contradiction } from "@petstore/core/saga-step";
import type { PaymentId } from "@petstore/events/ids";
import type { Said } from "../domain/hear-provider.ts";
import type { PaymentCommand } from "../domain/payment.ts";
import type { PaymentState } from "../domain/payment-state.ts";
import { decideOn, loadPayment } from "./payments.ts";
import { provider } from "./provider-account.ts";

/** A step that the provider has a part in. */
export type Step = {
  /** The command that our own rules decide first. */
  command: PaymentCommand;
  /** Whether nothing is left to do. */
  isDone: (state: PaymentState) => boolean;
  /** The request to the provider. */
  ask: (state: PaymentState) => Promise<Result<Said>>;
  /** The command that records a refusal that stands. */
  whenRefused: (refusal: Refusal) => PaymentCommand;
};

/** The limit of rounds. A round that learns nothing new is the last anyway. */
const ROUNDS = 5;

/** Writes a refusal down as a matter for a person: it is published, mailed and logged. */
export const needsAttention =
  (step: string): Step["whenRefused"] =>
  ({ code, detail }) => ({
    type: "ReportRefusal",
    what: `${step} was refused by the provider: ${code}: ${detail}`,
  });

/**
 * Settles a step, in rounds of: may we, are we done, ask the provider, write down what it said. One read and one write
 * where nothing goes wrong; repeated after a crash it asks under the same key and is told the same. A refusal may only
 * mean that the provider is ahead of our books: it is asked what is true, and when that is no news the refusal stands.
 * Throws Contradiction where it agrees to a step that our books cannot show as done.
 */
export const settle = async (id: PaymentId, step: Step): Promise<Result<string>> => {
  let payment = await loadPayment(id);
  let refused: (Result<never> & { ok: false }) | undefined;

  for (let round = 1; round <= ROUNDS; round += 1) {
    const allowed = await decideOn(id, payment, step.command);
    if (!allowed.ok) {
      if (allowed.refusal.code === "NotYetAuthorized") throw new Error(allowed.refusal.detail);
      return refused ?? allowed;
    }
    payment = allowed.value;
    if (step.isDone(payment.state)) return ok(round === 1 ? "settled before" : "settled");

    const answer = await step.ask(payment.state);
    refused = answer.ok ? undefined : answer;
    const said = answer.ok ? answer.value : await provider.find(id);
    const heard = said ? await decideOn(id, payment, { type: "HearProvider", said }) : allowed;
    if (!heard.ok) return heard;
    if (heard.value.version === payment.version) {
      if (!refused) break;
      await decideOn(id, payment, step.whenRefused(refused.refusal));
      return refused;
    }
    payment = heard.value;
  }
  throw new Contradiction(
    `${step.command.type}: the provider's word does not agree with our books.`,
  );
};
