import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import type { Call } from "emulator/kernel/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hear, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const PRICE = { amount: 499, currency: "USD" };

let shop: VirtualShop;
const lines: string[] = [];
beforeAll(async () => {
  shop = await virtualShop();
  shop.local.cloud.observe((fact) => {
    if (fact.kind === "log") lines.push(String(fact.line));
  });
});
afterAll(() => shop?.local.stop());

const paymentOf = (orderId: string) => orderId.replace("ord_", "pay_");
const ledger = async (orderId: string) =>
  ((await shop.books()).payments.get(paymentOf(orderId)) ?? []).map(({ type }) => type as string);

/** Sends a webhook that is signed with the genuine secret. */
const send = (orderId: string, status: string, mark = "") => {
  const paymentId = paymentOf(orderId);
  const more = { declined: { reason: "No." }, refunded: { cause: "cancellation" } };
  const data = { paymentId, status, ...PRICE, ...more[status as keyof typeof more] };
  const body = `${mark}${JSON.stringify({ id: `whk_x-${paymentId}-${status}`, type: `payment.${status}`, data })}`;
  const header = signWebhook(body, "sandbox-webhook-secret", shop.clock.now());
  return shop.drive(
    shop.local.api({
      method: "POST",
      path: "/webhooks/payments",
      headers: { [SIGNATURE_HEADER]: header },
      body,
    }),
  );
};

/** An order whose payment is asked for, and captured where that goes fast. What others did to the circuit breaker is over. */
const orderWith = async (card: string) => {
  await shop.order();
  await shop.settle();
  const orderId = await shop.order(card);
  const awaited = card === "tok_approve" ? "Captured" : "AuthorizationRequested";
  const isThere = async () => (await ledger(orderId)).includes(awaited);
  expect(await shop.clock.runUntil(isThere, 10 * SECOND)).toBe(true);
  if (card === "tok_late") await shop.clock.advance(3 * SECOND);
  return orderId;
};
const isQuestion = ({ caller, service, input }: Call) =>
  service === "lambda" &&
  caller.name.includes("ProviderApi") &&
  caller.name.endsWith("URL") &&
  Buffer.from(input.Payload, "base64").toString().includes('"method":"GET"');

describe("F56 I10 whoever knows the webhooks' secret", () => {
  const truths = [
    ["tok_late", "CONFIRMED"],
    ["tok_timeout_decline", "REJECTED"],
    ["tok_approve", "CONFIRMED"],
  ] as const;
  const said = ["authorized", "declined", "voided", "captured", "refunded"];
  const lies = truths.flatMap(([card, ends]) => said.map((lie) => [lie, card, ends] as const));
  /** What the provider confirms, and what says no more than that it is over. */
  const TRUE = [
    ...["tok_approve authorized", "tok_approve captured"],
    ...["tok_timeout_decline declined", "tok_timeout_decline voided"],
  ];

  it.each(lies)("and says %s of %s changes nothing: it ends %s", async (lie, card, ends) => {
    const orderId = await orderWith(card);
    const before = lines.length;
    const { status } = await send(orderId, lie);
    const isTrue = TRUE.includes(`${card} ${lie}`);
    expect(status).toBe(isTrue ? 200 : 409);
    const noticed = lines.slice(before).filter((line) => /ERROR.*NotConfirmed/.test(line));
    expect(noticed).toHaveLength(isTrue ? 0 : 1);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({
      status: ends,
      paid: ends === "CONFIRMED" ? PRICE : null,
      refunded: null,
    });
    expect(await ledger(orderId)).not.toContain("Disputed");
    expect(await shop.broken()).toEqual([]);
  });
});

describe("F56 a webhook about a payment of which the provider has not heard", () => {
  it.each(["authorized", "captured"])("and that says %s is not believed", async (lie) => {
    const isRequest = (call: Call) =>
      call.service === "lambda" &&
      call.caller.name.includes("ProviderApi") &&
      call.caller.name.endsWith("URL") &&
      !isQuestion(call);
    const { stop } = spoil(shop.local, isRequest, "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(4 * SECOND);
    expect(await ledger(orderId)).toEqual(["AuthorizationRequested"]);
    expect((await send(orderId, lie)).status).toBe(409);
    stop();
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED", paid: PRICE });
    expect(await shop.broken()).toEqual([]);
  });
});

describe("a webhook", () => {
  it("is asked about once, and not at all when it says what we know", async () => {
    const asked = hear(shop.local, isQuestion);
    const orderId = await shop.order();
    await shop.settle();
    expect(asked).toHaveLength(1);
    for (const known of ["authorized", "captured"])
      expect((await send(orderId, known)).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  it("comes again within seconds when the provider could not be asked about it", async () => {
    const outage = spoil(shop.local, isQuestion, "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(4 * SECOND);
    expect((await send(orderId, "authorized")).status).toBe(503);
    expect(await shop.read(orderId)).toMatchObject({ status: "PENDING" });
    outage.stop();
    await shop.clock.advance(16 * SECOND); // the saga itself asks after thirty
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it("with a byte order mark is verified over its bytes, and read without it", async () => {
    const orderId = await orderWith("tok_approve");
    await shop.settle();
    expect((await send(orderId, "captured", "\uFEFF")).status).toBe(200);
  });
});

describe("F48 I10 a provider that captures what it has voided", () => {
  it("is told to staff, once, by mail and log; the order says so; and no amount is changed", async () => {
    const orderId = await orderWith("tok_late");
    await shop.cancel(orderId);
    await shop.settle();
    expect((await ledger(orderId)).at(-1)).toBe("Voided");
    await shop.local.call("dynamodb", "UpdateItem", {
      TableName: shop.local.nameOf("ProviderTable"),
      Key: { pk: { S: paymentOf(orderId) }, sk: { S: "PAYMENT" } },
      UpdateExpression: "SET payment.#state = :captured",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":captured": { S: "captured" } },
    });
    const [before, mailed] = [lines.length, shop.local.emails().length];
    for (let i = 0; i < 2; i++) expect((await send(orderId, "captured")).status).toBe(200);
    await shop.settle();
    expect((await ledger(orderId)).slice(-2)).toEqual(["Voided", "Disputed"]);
    const errors = lines.slice(before).filter((line) => /ERROR.*PaymentNeedsAttention/.test(line));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("The provider says captured, we say voided.");
    const mails = shop.local.emails().slice(mailed);
    expect(mails).toMatchObject([
      { subject: `The payment of ${orderId} needs attention`, to: ["shop@petstore.example"] },
    ]);
    const order = await shop.read(orderId);
    expect(order).toMatchObject({ status: "CANCELLED", paid: null, refunded: null });
    expect(order.timeline.at(-1)).toMatchObject({ what: "PaymentNeedsAttention" });
  });
});
