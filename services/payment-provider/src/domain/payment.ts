import type { Money } from "@petstore/core/money";
import { cardNamed } from "./cards.ts";

/** A payment as the provider keeps it. What it says of it depends on the moment: a card may need time to answer. */
export type Payment = {
  paymentId: string;
  money: Money;
  /** What was captured, where that is not what was authorised. */
  taken?: Money;
  card: string;
  /** From when on (ms since 1970) the card's answer is known. */
  settlesAt: number;
  state: "asked" | "voided" | "captured";
  refunds: Record<string, number>;
  /** How many requests for a refund were broken off, for the card that does so. */
  brokenRefunds: number;
};

/** What the provider says: the body of its answers and the data of its webhooks. */
export type Statement = { paymentId: string; status: string } & Money & {
    reason?: string;
    cause?: string;
    refunds?: { cause: string; amount: number }[];
  };

/** Describes a payment as of one moment: an answer may be given before the card has decided, a webhook after. */
export const say = (
  { paymentId, money, state, taken = money }: Payment,
  status: string,
  more: Partial<Statement> = {},
): Statement => ({
  paymentId,
  status,
  ...(state === "captured" ? taken : money),
  ...(status === "declined" && { reason: "The card was declined." }),
  ...more,
});

/** What is true of a payment at this moment. */
export const statementOf = (payment: Payment, now: number): Statement => {
  const { state, settlesAt, card } = payment;
  if (state === "captured") {
    const refunds = Object.entries(payment.refunds).map(([cause, amount]) => ({ cause, amount }));
    return say(payment, state, { refunds });
  }
  if (state !== "asked") return say(payment, state);
  return say(payment, now < settlesAt ? "pending" : (cardNamed(card)?.answer ?? "declined"));
};
