import { usd } from "@petstore/core/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Operation, type Posting, perform } from "./operations.ts";
import { type Payment, statementOf } from "./payment.ts";

const paymentId = "pay_1";
const money = usd(1000);
const now = Date.UTC(2026, 0, 1);
const authorize = (card: string): Operation => ({ type: "authorize", paymentId, money, card });
const capture: Operation = { type: "capture", paymentId, money };
const giveUp: Operation = { type: "void", paymentId };
const refund = (cents: number, cause = "cancellation"): Operation => ({
  type: "refund",
  paymentId,
  money: usd(cents),
  cause,
});

/** What each of the operations is answered, a millisecond apart. */
const answers = (...operations: Operation[]) => {
  let payment: Payment | undefined;
  return operations.map((operation, i) => {
    const result = perform(payment, operation, now + i);
    if (!result.ok) return result.refusal.code;
    payment = result.value.payment;
    return result.value.broken ? "broken" : result.value.statement.status;
  });
};

describe("the sandbox provider", () => {
  it("answers pending first, then takes and gives back the money", () =>
    expect(answers(authorize("tok_approve"), capture, refund(400), refund(600, "failure"))).toEqual(
      ["pending", "captured", "refunded", "refunded"],
    ));

  it.each([
    ["tok_overcharge", 1100],
    ["tok_undercharge", 900],
  ])("takes another sum from %s, says so, and gives back no more", (card, taken) => {
    let payment: Payment | undefined;
    const said = [authorize(card), capture].map((operation) => {
      const result = perform(payment, operation, now);
      payment = result.ok ? result.value.payment : undefined;
      return result.ok && result.value.statement;
    });
    expect(said.at(-1)).toMatchObject({ status: "captured", amount: taken });
    expect(statementOf(payment as Payment, now).amount).toBe(taken);
    expect(answers(authorize(card), capture, refund(taken + 1), refund(taken))).toEqual([
      ...["pending", "captured", "RefundExceedsCapture", "refunded"],
    ]);
  });

  it("takes nothing from a card that declines", () =>
    expect(answers(authorize("tok_decline"), capture, giveUp)).toEqual([
      "pending",
      "NotAuthorized",
      "declined",
    ]));

  it.each(["tok_unknown", "constructor", "__proto__"])("declines the card %s at once", (card) =>
    expect(answers(authorize(card))).toEqual(["CardDeclined"]),
  );

  it("gives the definite answer, late, to the card that times out", () =>
    expect([
      answers(authorize("tok_timeout_approve")),
      answers(authorize("tok_timeout_decline")),
    ]).toEqual([["authorized"], ["declined"]]));

  it("takes nothing before a late card has answered", () => {
    expect(answers(authorize("tok_late"), capture)).toEqual(["pending", "NotAuthorized"]);
    const asked = perform(undefined, authorize("tok_late"), now);
    const payment = (asked.ok && asked.value.payment) as Payment;
    expect(statementOf(payment, now + 19_999).status).toBe("pending");
    expect(statementOf(payment, now + 20_000).status).toBe("authorized");
  });

  it("gives up a payment that is still on its way to it", () =>
    expect(answers(giveUp, giveUp, authorize("tok_approve"))).toEqual([
      "voided",
      "voided",
      "PaymentVoided",
    ]));

  it("gives up what is authorised, not what is taken", () =>
    expect([
      answers(authorize("tok_approve"), giveUp, capture),
      answers(authorize("tok_approve"), capture, giveUp),
    ]).toEqual([
      ["pending", "voided", "NotAuthorized"],
      ["pending", "captured", "AlreadyCaptured"],
    ]));

  it("breaks off two refunds for the card that does so", () =>
    expect(
      answers(authorize("tok_refund_fails"), capture, refund(1), refund(1), refund(1)),
    ).toEqual(["pending", "captured", "broken", "broken", "refunded"]));

  it("refunds a cause once, and never more than it took", () =>
    expect(
      answers(authorize("tok_approve"), capture, refund(999), refund(999), refund(2, "failure")),
    ).toEqual(["pending", "captured", "refunded", "AlreadyRefunded", "RefundExceedsCapture"]));

  it("moves money in its ledger only in pairs that add up to nothing, and keeps none of it back (I10)", () => {
    const operation = fc.oneof(
      fc.constantFrom(authorize("tok_approve"), authorize("tok_decline"), capture, giveUp),
      fc
        .tuple(fc.nat(1200), fc.constantFrom("cancellation", "failure"))
        .map(([cents, cause]) => refund(cents, cause)),
    );
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const ledger: Posting = [];
        let payment: Payment | undefined;
        for (const each of operations) {
          const result = perform(payment, each, now);
          if (!result.ok) continue;
          payment = result.value.payment;
          ledger.push(...(result.value.posting ?? []));
        }
        const balance = (account: string) =>
          ledger.filter((line) => line.account === account).reduce((a, b) => a + b.amount, 0);
        const back = Object.values(payment?.refunds ?? {}).reduce((a, b) => a + b, 0);
        expect(balance("customer") + balance("merchant")).toBe(0);
        expect(balance("merchant")).toBe(payment?.state === "captured" ? 1000 - back : 0);
        expect(balance("merchant")).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
