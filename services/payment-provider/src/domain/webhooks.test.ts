import { usd } from "@petstore/core/money";
import { describe, expect, it } from "vitest";
import { type Operation, perform } from "./operations.ts";
import { webhooksAfter } from "./webhooks.ts";

const paymentId = "pay_1";
const webhooksOf = (card: string) => {
  const operation: Operation = { type: "authorize", paymentId, money: usd(1000), card };
  const result = perform(undefined, operation, 0);
  if (!result.ok) return [];
  return webhooksAfter(operation, result.value.payment, result.value.statement);
};
const told = (card: string) =>
  webhooksOf(card).map(({ afterSeconds, body }) => `${body.data.status} after ${afterSeconds} s`);

describe("the sandbox's webhooks", () => {
  it.each([
    ["tok_approve", ["authorized after 0 s"]],
    ["tok_decline", ["declined after 0 s"]],
    ["tok_timeout_approve", []],
    ["tok_timeout_decline", []],
    ["tok_late", ["authorized after 20 s"]],
    ["tok_twice", ["authorized after 0 s", "authorized after 1 s"]],
    ["tok_disorder", ["authorized after 0 s", "pending after 1 s"]],
    ["tok_refund_fails", ["authorized after 0 s"]],
  ])("of %s are %j", (card, webhooks) => expect(told(card)).toEqual(webhooks));

  it("have the same id when they tell the same", () => {
    const [first, again] = webhooksOf("tok_twice");
    expect(first?.body).toEqual(again?.body);
  });

  it("say why a card was declined", () =>
    expect(webhooksOf("tok_decline")[0]?.body).toEqual({
      id: "whk_pay_1-authorize-declined",
      type: "payment.declined",
      data: {
        paymentId,
        status: "declined",
        reason: "The card was declined.",
        amount: 1000,
        currency: "USD",
      },
    }));
});
