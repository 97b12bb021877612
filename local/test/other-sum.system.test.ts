import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { waitLong } from "./long-waits.ts";

const MINUTE = 60_000;
const PRICE = 499;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const post = (path: string, body: object) =>
  shop.drive(
    shop.local.api({
      method: "POST",
      path,
      as: "admin",
      body,
      headers: { "idempotency-key": "by-hand-1" },
    }),
  );
const decide = async (orderId: string, decision: "resume" | "close") => {
  expect((await post(`/orders/${orderId}/${decision}`, { reason: "Looked." })).status).toBe(202);
  await shop.clock.advance(MINUTE);
};
const usd = (amount: number) => ({ amount, currency: "USD" });
/** What moved between the provider's customer and us, in its own ledger. */
const postings = async () =>
  (await shop.books()).postings.flatMap(({ posting }) =>
    posting
      .filter(({ account }: { account: string }) => account === "merchant")
      .map(({ amount }: { amount: number }) => amount),
  );

/** An order whose money the provider took, but another sum. */
const stuck = async (card: string) => {
  const orderId = await shop.order(card);
  await shop.clock.advance(MINUTE);
  expect(await shop.read(orderId)).toMatchObject({ status: "NEEDS_ATTENTION", paid: null });
  return orderId;
};
/** The night in which nothing is left to be said. */
const reconciled = async () => {
  await waitLong(shop, 26 * 60 * MINUTE);
  await shop.settle();
  const answer = await shop.drive(shop.local.api({ path: "/reports/reconciliation", as: "admin" }));
  return answer.json();
};

describe("F50 F61 an order of which the provider captured another sum", () => {
  it.each([
    ["too much", "tok_overcharge", PRICE + 100],
    ["too little", "tok_undercharge", PRICE - 100],
  ])("(%s) is closed: all that was taken goes back, in both books", async (_, card, taken) => {
    const orderId = await stuck(card);
    await decide(orderId, "close");
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      paid: usd(taken),
      refunded: usd(taken),
    });
    expect(await postings()).toEqual([taken, -taken]);
    expect(await reconciled()).toMatchObject({ complete: true, differences: [] });
    expect(await shop.broken()).toEqual([]);
  });

  it("is resumed: the excess goes back, and the order stands", async () => {
    const orderId = await stuck("tok_overcharge");
    await decide(orderId, "resume");
    expect(await shop.read(orderId)).toMatchObject({
      status: "CONFIRMED",
      paid: usd(PRICE + 100),
      refunded: usd(100),
    });
    expect(await postings()).toEqual([PRICE + 100, -100]);
    expect(await reconciled()).toMatchObject({ complete: true, differences: [] });
    expect(await shop.broken()).toEqual([]);
  });

  it("is resumed and then cancelled: the rest goes back, too", async () => {
    const orderId = await stuck("tok_overcharge");
    await decide(orderId, "resume");
    await shop.cancel(orderId);
    await shop.settle();
    expect((await postings()).sort((a, b) => b - a)).toEqual([PRICE + 100, -100, -PRICE]);
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      refunded: usd(PRICE + 100),
    });
    expect(await shop.broken()).toEqual([]);
  });

  it("is resumed after the excess went back by hand: it does not go back again", async () => {
    const orderId = await stuck("tok_overcharge");
    const refund = { amount: usd(100), reason: "By bank transfer." };
    expect((await post(`/payments/${orderId}/refunds`, refund)).status).toBe(201);
    await decide(orderId, "resume");
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED", refunded: usd(100) });
    expect(await postings()).toEqual([PRICE + 100]);
    expect(await shop.broken()).toEqual([]);
  });

  it("needs attention again when it is resumed with too little: it is not paid", async () => {
    const orderId = await stuck("tok_undercharge");
    await decide(orderId, "resume");
    expect(await shop.read(orderId)).toMatchObject({ status: "NEEDS_ATTENTION", paid: null });
    await decide(orderId, "close");
    expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED" });
    expect(await shop.broken()).toEqual([]);
  });
});
