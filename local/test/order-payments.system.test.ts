import { virtualClock } from "emulator/kernel/clock";
import { driverOf } from "emulator/kernel/drive";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openShop } from "../open.ts";
import type { Shop } from "../shop.ts";

const HAY = 499;
const clock = virtualClock();
let shop: Shop;

const passing = driverOf(clock);

beforeAll(async () => {
  shop = await passing(openShop({ clock, runtime: "inline" }));
});
afterAll(() => shop?.stop());

let placed = 0;
const place = async (paymentToken: string): Promise<string> => {
  placed += 1;
  const answer = await passing(
    shop.api({
      method: "POST",
      path: "/orders",
      as: "alice",
      headers: { "idempotency-key": `order-${placed}` },
      body: { lines: [{ productId: "prd_hay", quantity: 1 }], paymentToken },
    }),
  );
  return (answer.json() as { orderId: string }).orderId;
};
const cancel = (orderId: string) =>
  passing(shop.api({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" }));

type View = {
  status: string;
  paid: { amount: number } | null;
  refunded: { amount: number } | null;
};
type Entry = { paymentId: string; posting: { account: string; amount: number }[] };

/** The order as its customer sees it, a quarter of an hour later, and what the provider's own books say of it. */
const outcomeOf = async (orderId: string) => {
  await clock.advance(15 * 60_000);
  const answer = await passing(shop.api({ path: `/orders/${orderId}`, as: "alice" }));
  const { status, paid, refunded } = answer.json() as View;
  const books = await passing(
    shop.fetch(`${shop.urls.api}/_local/functions/ProviderApi/v1/ledger`, {
      headers: { authorization: "Bearer sandbox-api-key" },
    }),
  );
  const { items } = (await books.json()) as { items: Entry[] };
  expect(items.flatMap(({ posting }) => posting).reduce((sum, { amount }) => sum + amount, 0)).toBe(
    0,
  );
  const moved = items
    .filter(({ paymentId }) => paymentId === orderId.replace("ord_", "pay_"))
    .flatMap(({ posting }) => posting)
    .flatMap(({ account, amount }) => (account === "merchant" ? [amount] : []));
  return { status, paid: paid?.amount ?? 0, refunded: refunded?.amount ?? 0, moved };
};
const sold = { status: "CONFIRMED", paid: HAY, refunded: 0, moved: [HAY] };
const rejected = { status: "REJECTED", paid: 0, refunded: 0, moved: [] };
const givenBack = { status: "CANCELLED", paid: HAY, refunded: HAY, moved: [HAY, -HAY] };
const neverTaken = { status: "CANCELLED", paid: 0, refunded: 0, moved: [] };

describe("an order, by the card that pays for it", () => {
  it.each([
    ["tok_approve", sold],
    ["tok_decline", rejected],
    ["tok_timeout_approve", sold],
    ["tok_timeout_decline", rejected],
    ["tok_late", sold],
    ["tok_twice", sold],
    ["tok_disorder", sold],
    ["tok_refund_fails", sold],
    ["tok_of_no_card", rejected],
  ])("%s", async (card, outcome) => {
    expect(await outcomeOf(await place(card))).toEqual(outcome);
  });

  it("is confirmed within ten seconds although the provider did not answer in time (F47)", async () => {
    const orderId = await place("tok_timeout_approve");
    const isPaid = async () =>
      (
        await shop.call("dynamodb", "Query", {
          TableName: shop.nameOf("PaymentsTable"),
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": { S: orderId.replace("ord_", "pay_") } },
        })
      ).Items.some(({ type }: { type: { S: string } }) => type.S === "Captured");
    expect(await clock.runUntil(isPaid, 10_000)).toBe(true);
  });
});

describe("an order that its customer cancels", () => {
  it.each(["tok_approve", "tok_disorder", "tok_refund_fails"])(
    "after it was paid with %s is refunded, once (F62 f, h)",
    async (card) => {
      const orderId = await place(card);
      await clock.advance(5_000);
      await cancel(orderId);
      await cancel(orderId);
      expect(await outcomeOf(orderId)).toEqual(givenBack);
    },
  );

  it.each([
    ["tok_late", 10_000],
    ["tok_timeout_approve", 2_000],
  ])("while %s has not answered, after %i ms, is never charged (F62 c)", async (card, ms) => {
    const orderId = await place(card);
    await clock.advance(ms);
    await cancel(orderId);
    expect(await outcomeOf(orderId)).toEqual(neverTaken);
  });

  it.each([3_000, 3_250, 3_500, 3_750, 4_000])(
    "in the moment of the pivot, after %i ms, is never charged or has all of it back (F62 e)",
    async (ms) => {
      const orderId = await place("tok_timeout_approve");
      await clock.advance(ms);
      await cancel(orderId);
      const outcome = await outcomeOf(orderId);
      expect(outcome).toEqual(outcome.moved.length === 0 ? neverTaken : givenBack);
    },
  );
});
