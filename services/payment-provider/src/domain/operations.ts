import type { Money } from "@petstore/core/money";
import { ok, type Refusal, type Result, refuse } from "@petstore/core/result";
import { cardNamed } from "./cards.ts";
import { type Payment, type Statement, say, statementOf } from "./payment.ts";

/** What can be asked of the provider. Together with its key it is a request. */
export type Operation = { paymentId: string } & (
  | { type: "authorize"; money: Money; card: string }
  | { type: "capture"; money: Money }
  | { type: "void" }
  | { type: "refund"; money: Money; cause: string }
);

/** Two lines of the ledger whose amounts add up to nothing: money only ever moves. */
export type Posting = { account: string; amount: number; currency: string }[];

/** What an operation leaves behind and answers; `broken` when the answer is to get lost. */
export type Done = { payment: Payment; statement: Statement; posting?: Posting; broken?: boolean };
type Outcome = Result<Done, Refusal>;

const fresh = { settlesAt: 0, refunds: {}, brokenRefunds: 0 };
const move = (from: string, to: string, { amount, currency }: Money): Posting => [
  { account: from, amount: -amount, currency },
  { account: to, amount, currency },
];

const refund = (payment: Payment, money: Money, cause: string): Outcome => {
  if (payment.state !== "captured") return refuse("NotCaptured", "There is nothing to refund.");
  if (payment.refunds[cause] !== undefined)
    return refuse("AlreadyRefunded", `The cause ${cause} was refunded before.`);
  const sum = Object.values(payment.refunds).reduce((a, b) => a + b, 0);
  const taken = payment.taken ?? payment.money;
  if (money.currency !== taken.currency || sum + money.amount > taken.amount)
    return refuse("RefundExceedsCapture", "More would go back than was taken.");

  const statement = say(payment, "refunded", { ...money, cause });
  const { brokenRefunds } = payment;
  if (brokenRefunds < (cardNamed(payment.card)?.brokenRefunds ?? 0))
    return ok({
      payment: { ...payment, brokenRefunds: brokenRefunds + 1 },
      statement,
      broken: true,
    });
  const refunds = { ...payment.refunds, [cause]: money.amount };
  return ok({
    payment: { ...payment, refunds },
    statement,
    posting: move("merchant", "customer", money),
  });
};

/** The provider's rulebook: what becomes of a payment that may not exist yet. */
export const perform = (
  before: Payment | undefined,
  operation: Operation,
  now: number,
): Outcome => {
  const { paymentId } = operation;
  const status = before && statementOf(before, now).status;

  switch (operation.type) {
    case "authorize": {
      if (before?.state === "voided") return refuse("PaymentVoided", "This payment was given up.");
      if (before) return refuse("PaymentExists", "This payment was asked for under another key.");
      const { money, card: token } = operation;
      const card = cardNamed(token);
      if (!card) return refuse("CardDeclined", "There is no such card.");
      const settlesAt = now + card.settlesAfterMs;
      const payment: Payment = {
        ...fresh,
        paymentId,
        money,
        card: token,
        settlesAt,
        state: "asked",
      };
      const statement = card.silentForMs ? statementOf(payment, now) : say(payment, "pending");
      return ok({ payment, statement });
    }
    case "void": {
      if (status === "captured") return refuse("AlreadyCaptured", "The money is taken; refund it.");
      if (before && status === "declined")
        return ok({ payment: before, statement: statementOf(before, now) });
      // An unknown payment is voided too: its request may still be on its way, and is refused when it arrives.
      const money: Money = { amount: 0, currency: "USD" };
      const payment: Payment = { ...fresh, paymentId, money, card: "", ...before, state: "voided" };
      return ok({ payment, statement: statementOf(payment, now) });
    }
    case "capture": {
      if (!before) return refuse("NoSuchPayment", "There is no such payment.");
      const { money } = operation;
      if (money.amount !== before.money.amount || money.currency !== before.money.currency)
        return refuse("WrongAmount", "Only the whole authorised amount can be captured.");
      if (status === "captured") return ok({ payment: before, statement: say(before, status) });
      if (status !== "authorized") return refuse("NotAuthorized", `The payment is ${status}.`);
      const { overcharge = 0, withdrawn } = cardNamed(before.card) ?? {};
      if (withdrawn) return refuse("NotAuthorized", "The bank does not stand by it any more.");
      const taken = { ...money, amount: Math.max(1, money.amount + overcharge) };
      const payment: Payment = { ...before, state: "captured", ...(overcharge && { taken }) };
      const posting = move("customer", "merchant", taken);
      return ok({ payment, statement: say(payment, "captured"), posting });
    }
    case "refund":
      if (!before) return refuse("NoSuchPayment", "There is no such payment.");
      return refund(before, operation.money, operation.cause);
  }
};
