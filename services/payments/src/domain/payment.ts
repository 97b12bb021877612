import type { Trace } from "@petstore/core/context";
import type { Decider } from "@petstore/core/decider";
import type { Money } from "@petstore/core/money";
import { ok, type Refusal, refuse } from "@petstore/core/result";
import { hear, type Said } from "./hear-provider.ts";
import type { Cause, LedgerEvent } from "./ledger.ts";
import { evolve, initial, isOff, type PaymentState, refunded } from "./payment-state.ts";

/** What can be asked of a payment. `HearProvider` records what the provider said, by answer or by webhook; `ReportRefusal` what it will not do. */
export type PaymentCommand =
  | { type: "AuthorizePayment"; total: Money; taskToken: string; trace: Trace }
  | { type: "AwaitAnswer"; taskToken: string }
  | { type: "VoidPayment"; trace: Trace }
  | { type: "CapturePayment" }
  | { type: "RefundPayment"; amount: Money; cause: Cause; trace: Trace }
  | { type: "HearProvider"; said: Said; webhook?: string }
  | { type: "HearRefusedCapture"; why: string }
  | { type: "ReportRefusal"; what: string };

/** Why not. NotYetAuthorized and NotYetCaptured are only for now: ask again. */
export type PaymentRefusal = Refusal<
  | "PaymentDeclined"
  | "PaymentVoided"
  | "AlreadyCaptured"
  | "NotYetAuthorized"
  | "NotYetCaptured"
  | "RefundExceedsCapture"
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

/** Whether there is nothing left to give back for this cause: it went back, for this cause or all of it for another, or was never taken. */
export const isGivenBack = (state: PaymentState, cause: Cause): boolean =>
  isOff(state) ||
  state.refunds[cause] !== undefined ||
  (state.status === "captured" && refunded(state) === state.captured);

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
        // Even with nothing to give back: it stops an authorisation that is still on its way.
        return ok([{ type: "VoidRequested", data: { trace: command.trace } }]);

      case "CapturePayment":
        if (!answer) return refuse("NotYetAuthorized", "The provider has not agreed to pay yet.");
        return answer.ok ? ok([]) : answer;

      case "RefundPayment": {
        if (isGivenBack(state, command.cause)) return ok([]);
        if (state.status === "captured")
          return refunded(state) + command.amount.amount > state.captured
            ? refuse("RefundExceedsCapture", "More would go back than came in.")
            : ok([]);
        if (state.withdrawn) return ok([]);
        if (command.cause === "cancellation")
          return refuse("NotYetCaptured", "There is no money to give back yet.");
        // We failed, and nobody is about to take the money any more: it is given up before it was ours.
        return ok([{ type: "VoidRequested", data: { trace: command.trace } }]);
      }
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
