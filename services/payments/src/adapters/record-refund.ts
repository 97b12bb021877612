import { currentTrace } from "@petstore/core/context";
import { ok, type Result } from "@petstore/core/result";
import type { PaymentId } from "@petstore/events/ids";
import type { ByHand } from "../domain/ledger.ts";
import { decideOn, loadPayment } from "./payments.ts";
import { provider } from "./provider-account.ts";

/**
 * Writes down a refund that somebody made elsewhere. The provider is asked first whether it gave the money back itself, so
 * that nothing is counted that went back twice. Throws OutcomeUnknown where it does not answer.
 */
export const recordRefund = async (
  id: PaymentId,
  key: string,
  record: ByHand,
): Promise<Result<"recorded">> => {
  let payment = await loadPayment(id);
  const said = payment.state.total && (await provider.find(id));
  if (said) {
    const heard = await decideOn(id, payment, { type: "HearProvider", said });
    if (!heard.ok) return heard;
    payment = heard.value;
  }
  const trace = currentTrace();
  const result = await decideOn(id, payment, { type: "RecordRefund", key, trace, ...record });
  return result.ok ? ok("recorded") : result;
};
