import type { Trace } from "@petstore/core/context";
import type { Decider } from "@petstore/core/decider";
import type { Money } from "@petstore/core/money";
import { ok, type Refusal, refuse } from "@petstore/core/result";
import { type AcceptCapture, acceptCapture } from "./accept-capture.ts";
import { hear, type Said } from "./hear-provider.ts";
import type { Cause, LedgerEvent } from "./ledger.ts";
import { evolve, initial, isOff, left, otherSumTaken, type PaymentState } from "./payment-state.ts";
import { type RecordRefund, recordRefund } from "./record-refund.ts";

/** What can be asked of a payment. `HearProvider` records what the provider said, by answer or by webhook; `ReportRefusal` what it will not do. */
export type PaymentCommand =
  | { type: "AuthorizePayment"; total: Money; taskToken: string; trace: Trace }
  | { type: "AwaitAnswer"; taskToken: string }
  | { type: "VoidPayment"; trace: Trace }
  | { type: "CapturePayment" }
  | AcceptCapture
  | { type: "RefundPayment"; cause: Cause; trace: Trace }
  | RecordRefund
  | { type: "HearProvider"; said: Said; webhook?: string }
  | { type: "HearRefusedCapture"; why: string }
  | { type: "ReportRefusal"; what: string };

/** Why not. NotYetAuthorized is only for now: ask again. */
export type PaymentRefusal = Refusal<
  | "PaymentDeclined"
  | "PaymentVoided"
  | "AlreadyCaptured"
  | "NotYetAuthorized"
  | "RefundedInPart"
  | "RefundExceedsCapture"
  | "IdempotencyKeyReused"
  | "UnknownPayment"
>;

/** What the saga is told of its authorisation: yes, no, or undefined while nobody knows. */
export const answerOf = (state: PaymentState) => {
  if (state.status === "declined")
    return refuse("PaymentDeclined", state.declinedBecause ?? "The provider will not pay.");
  if (state.withdrawn || state.status === "voided")
    return refuse("PaymentVoided", "The payment was given up before.");
  return state.status === "authorized" || state.status === "captured"
    ? ok("authorized")
    : undefined;
};

/** Whether there is nothing to give back: all of it went back, or it was never taken and never will be. */
export const isGivenBack = (state: PaymentState): boolean =>
  isOff(state) || (state.status === "captured" && left(state) === 0);

/** The rulebook of one order's payment. Asking the provider is left to the steps; what it says comes back as a command. */
export const payment: Decider<PaymentState, PaymentCommand, LedgerEvent, PaymentRefusal> = {
  initial,
  evolve,

  decide(state, command) {
    const answer = answerOf(state);
    switch (command.type) {
      case "AuthorizePayment": {
        if (answer && !answer.ok) return answer;
        if (state.status !== "new") return ok([]);
        const { type, ...data } = command;
        return ok([{ type: "AuthorizationRequested", data }]);
      }
      case "AwaitAnswer":
        if (answer && !answer.ok) return answer;
        if (answer || command.taskToken === state.taskToken) return ok([]);
        return ok([{ type: "AnswerAwaited", data: { taskToken: command.taskToken } }]);

      case "VoidPayment":
        if (state.status === "captured")
          return refuse("AlreadyCaptured", "The money is ours; only a refund gives it back.");
        if (state.withdrawn || state.status === "declined" || state.status === "voided")
          return ok([]);
        // Recorded even with nothing to void: it stops an authorisation that is still on its way.
        return ok([{ type: "VoidRequested", data: { trace: command.trace } }]);

      case "CapturePayment":
      case "AcceptCapture":
        if (!answer) return refuse("NotYetAuthorized", "The provider has not agreed to pay yet.");
        if (!answer.ok) return answer;
        return ok(command.type === "AcceptCapture" ? acceptCapture(state, command) : []);

      case "RefundPayment": {
        const { cause, trace } = command;
        if (isGivenBack(state)) return ok([]);
        const taken = otherSumTaken(state);
        const now = taken.reduce(evolve, state);
        // Not captured yet: from here on a capture is refused. One that is under way shows in what the provider says next.
        if (now.status !== "captured" || !now.currency)
          return ok(now.withdrawn ? [] : [{ type: "VoidRequested", data: { trace } }]);
        if (now.refunding) return ok([]);
        if (now.refunds[cause] !== undefined)
          return refuse("RefundedInPart", "The provider gave back less than it was asked to.");
        const amount = { amount: left(now), currency: now.currency };
        return ok([...taken, { type: "RefundRequested", data: { amount, cause, trace } }]);
      }
      case "RecordRefund":
        return recordRefund(state, command);

      case "HearRefusedCapture":
        return ok(
          answer?.ok && state.status !== "captured"
            ? [{ type: "CaptureRefused", data: { why: command.why } }]
            : [],
        );

      case "HearProvider":
        if (!state.total) return refuse("UnknownPayment", "We never asked for this payment.");
        if (command.webhook && state.webhooks.includes(command.webhook)) return ok([]);
        return ok(hear(state, state.total, command.said, command.webhook));

      case "ReportRefusal": {
        const { what } = command;
        return ok(state.disputes.includes(what) ? [] : [{ type: "Disputed", data: { what } }]);
      }
    }
  },
};
