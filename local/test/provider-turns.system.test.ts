import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const paymentOf = (orderId: string) => orderId.replace("ord_", "pay_");
const ledger = async (orderId: string) =>
  ((await shop.books()).payments.get(paymentOf(orderId)) ?? []).map(({ type }) => type as string);

/** The bank takes its yes back: from now on the provider says declined. */
const bankTurns = (orderId: string) =>
  shop.local.call("dynamodb", "UpdateItem", {
    TableName: shop.local.nameOf("ProviderTable"),
    Key: { pk: { S: paymentOf(orderId) }, sk: { S: "PAYMENT" } },
    UpdateExpression: "SET payment.card = :card",
    ExpressionAttributeValues: { ":card": { S: "tok_decline" } },
  });
const templates = () => shop.local.emails().map(({ tags }) => tags?.template);

/** An order that is authorised, and whose next step is out until it is mended. */
const authorised = async (next: "ConfirmOrder" | "CapturePayment") => {
  const { stop } = spoil(shop.local, by(next), "is lost");
  const orderId = await shop.order();
  await shop.clock.advance(5 * SECOND);
  expect((await ledger(orderId)).at(-1)).toBe("Authorized");
  await bankTurns(orderId);
  return { orderId, mend: stop };
};

describe("F50 I7 a provider that declines what it has authorised", () => {
  it("leaves nothing to give back: the order is cancelled with a reason, and staff are told", async () => {
    const { orderId, mend } = await authorised("CapturePayment");
    mend();
    await shop.clock.advance(30 * MINUTE);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      reason: { code: "NotAuthorized" },
      paid: null,
    });
    expect(await ledger(orderId)).toContain("Disputed");
    expect(templates()).toContain("payment-needs-attention");
    expect(templates()).not.toContain("order-needs-attention");
    expect(await shop.broken()).toEqual([]);
  });

  it("after its customer cancelled, is what they wanted: nobody is called", async () => {
    const { orderId, mend } = await authorised("ConfirmOrder");
    const out = spoil(shop.local, by("VoidPayment"), "is lost");
    await shop.cancel(orderId);
    mend();
    await shop.clock.advance(MINUTE);
    out.stop();
    await shop.clock.advance(30 * MINUTE);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED", paid: null });
    expect((await ledger(orderId)).at(-1)).toBe("Voided");
    expect(templates().filter((one) => one?.includes("attention"))).toEqual([]);
    expect(await shop.broken()).toEqual([]);
  });
});
