import type { Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, hear, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { untilAttention, waitLong } from "./long-waits.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PRICE = 499;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const post = (path: string, as: string, body?: object, key = "by-hand-1") =>
  shop.drive(
    shop.local.api({ method: "POST", path, as, body, headers: { "idempotency-key": key } }),
  );
const decide = (orderId: string, decision: "resume" | "close") =>
  post(`/orders/${orderId}/${decision}`, "admin", { reason: "Looked." });
const byHand = (orderId: string, amount: number, { as = "admin", key = "by-hand-1" } = {}) =>
  post(
    `/payments/${orderId}/refunds`,
    as,
    { amount: { amount, currency: "USD" }, reason: "By bank transfer." },
    key,
  );

/** A request to the provider, on its way to it. */
const isAsked = ({ caller, service }: Call) =>
  service === "lambda" && caller.name.includes("ProviderApi") && caller.name.endsWith("URL");
const asks = (path: string) => (call: Call) =>
  isAsked(call) && Buffer.from(call.input.Payload, "base64").toString().includes(`/${path}"`);
const asksAnything = (orderId: string) => (call: Call) =>
  isAsked(call) &&
  Buffer.from(call.input.Payload, "base64").toString().includes(orderId.replace("ord_", "pay_"));

/** What moved between the provider's customer and us, in its own ledger. */
const postings = async () =>
  (await shop.books()).postings.flatMap(({ posting }) =>
    posting
      .filter(({ account }: { account: string }) => account === "merchant")
      .map(({ amount }: { amount: number }) => amount),
  );
const ledger = async (orderId: string) =>
  ((await shop.books()).payments.get(orderId.replace("ord_", "pay_")) ?? []).map(
    ({ type }) => type as string,
  );

describe("F57 F61 a refund that the provider made, and that we never heard of", () => {
  /** The refund is made, and for longer than the provider knows its key we hear of nothing. */
  const unheard = async () => {
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    let isMade = false;
    const outage = spoil(shop.local, isAsked, async (call, next) => {
      if (!isMade && !asks("refund")(call)) return next(call);
      if (!isMade) await next(call);
      isMade = true;
      throw new Error("The answer is lost");
    });
    await shop.cancel(orderId);
    await untilAttention(shop, orderId);
    await waitLong(shop, DAY);
    outage.stop();
    expect(await postings()).toEqual([PRICE, -PRICE]);
    return orderId;
  };

  it.each(["close", "resume"] as const)(
    "is found when a person has it %sd: the order ends, and nothing goes back twice",
    async (decision) => {
      const orderId = await unheard();
      const again = hear(shop.local, asks("refund"));
      expect((await decide(orderId, decision)).status).toBe(202);
      await shop.settle();
      // A provider that has forgotten the key might have done it again.
      expect(again).toEqual([]);
      expect(await shop.read(orderId)).toMatchObject({
        status: "CANCELLED",
        refunded: { amount: PRICE },
      });
      expect(await postings()).toEqual([PRICE, -PRICE]);
      expect((await ledger(orderId)).filter((type) => type === "Refunded")).toHaveLength(1);
      // The nights on which the provider was out could not be compared, and say so.
      const broken = (await shop.broken()).filter(
        (what) => !JSON.stringify(what).includes("Reconcile"),
      );
      expect(broken).toEqual([]);
    },
  );
});

describe("F57 F59 a refund that the provider will never make", () => {
  /** The provider refuses each refund: its requests arrive with another currency. */
  const refused = async () => {
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    const { stop } = spoil(shop.local, asks("refund"), (call, next) => {
      const text = Buffer.from(call.input.Payload, "base64").toString().replace("USD", "EUR");
      const Payload = Buffer.from(text).toString("base64");
      return next({ ...call, input: { ...call.input, Payload } });
    });
    await shop.cancel(orderId);
    await shop.clock.advance(MINUTE);
    expect(await shop.read(orderId)).toMatchObject({ status: "NEEDS_ATTENTION" });
    return { orderId, stop };
  };

  it.each(["close", "resume"] as const)(
    "is made by hand, written down by an administrator, and the order is %sd",
    async (decision) => {
      const { orderId } = await refused();
      const answer = await byHand(orderId, PRICE);
      expect([answer.status, answer.json()]).toEqual([
        201,
        { orderId, amount: { amount: PRICE, currency: "USD" }, reason: "By bank transfer." },
      ]);
      expect((await decide(orderId, decision)).status).toBe(202);
      await shop.settle();
      const order = await shop.read(orderId);
      expect(order).toMatchObject({ status: "CANCELLED", refunded: { amount: PRICE } });
      expect(order.timeline.map(({ what }: { what: string }) => what)).toContain(
        "PaymentRefundedByHand",
      );
      expect(await postings()).toEqual([PRICE]); // the provider knows nothing of it
      expect(await shop.broken()).toEqual([]);
    },
  );

  it("is made in part by hand: the provider gives back the rest, to the cent", async () => {
    const { orderId, stop } = await refused();
    expect((await byHand(orderId, 166)).status).toBe(201);
    stop();
    await decide(orderId, "resume");
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      refunded: { amount: PRICE },
    });
    expect(await postings()).toEqual([PRICE, -(PRICE - 166)]);
    expect(await shop.broken()).toEqual([]);
  });

  it("is written down once under its key, by administrators only, and never more than was taken", async () => {
    const { orderId } = await refused();
    expect((await byHand(orderId, 100, { as: "alice" })).status).toBe(403);
    const [first, again] = [await byHand(orderId, 100), await byHand(orderId, 100)];
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect((await byHand(orderId, 101)).status).toBe(422);
    expect((await byHand(orderId, 400, { key: "by-hand-2" })).status).toBe(409);
    expect((await byHand("ord_01J8ZQ3V5N6W7X8Y9Z0A1B2C3D", 1)).status).toBe(404);
    expect(await ledger(orderId)).toEqual(
      expect.arrayContaining(["Captured", "RefundRequested", "Disputed", "RefundedByHand"]),
    );
    expect((await ledger(orderId)).filter((type) => type === "RefundedByHand")).toHaveLength(1);
  });

  it("is not written down while the provider does not say whether it made it", async () => {
    const { orderId } = await refused();
    spoil(shop.local, asksAnything(orderId), "is lost");
    expect((await byHand(orderId, PRICE)).status).toBe(503);
    expect(await ledger(orderId)).not.toContain("RefundedByHand");
  });
});

describe("F62 a cancellation whose capture never happened", () => {
  it("waits for nobody: what was authorised is given up within a minute", async () => {
    const { stop } = spoil(shop.local, by("CapturePayment"), "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(3 * SECOND);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    await shop.cancel(orderId);
    await shop.clock.advance(MINUTE);
    expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED", paid: null });
    stop();
    await shop.settle();
    expect(await ledger(orderId)).toEqual([
      "AuthorizationRequested",
      "Authorized",
      "VoidRequested",
      "Voided",
    ]);
    expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED", paid: null });
    expect(await shop.broken()).toEqual([]);
  });

  it("is resumed after its way back was lost, and does not wait either", async () => {
    const captures = spoil(shop.local, by("CapturePayment"), "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(3 * SECOND);
    const refunds = spoil(shop.local, by("RefundPayment"), "is lost");
    await shop.cancel(orderId);
    await untilAttention(shop, orderId);
    refunds.stop();
    captures.stop();
    await decide(orderId, "resume");
    await shop.clock.advance(MINUTE);
    expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED", paid: null });
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it("gives back what was taken after all, where only the answer to the capture was lost", async () => {
    const lost = spoil(shop.local, asks("capture"), "is done, but its answer is lost");
    const orderId = await shop.order();
    await shop.clock.advance(3 * SECOND);
    expect(await postings()).toEqual([PRICE]);
    await shop.cancel(orderId);
    await shop.clock.advance(MINUTE);
    lost.stop();
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      paid: { amount: PRICE },
      refunded: { amount: PRICE },
    });
    expect(await postings()).toEqual([PRICE, -PRICE]);
    expect(await shop.broken()).toEqual([]);
  });
});

describe("F62c F48 a card, once its customer was told CANCELLED", () => {
  const isAuthorize = (call: Call) =>
    isAsked(call) &&
    /"rawPath":"\/v1\/payments"/.test(Buffer.from(call.input.Payload, "base64").toString());

  it("is asked for nothing from the moment on that payments hears of it, wherever the saga is", async () => {
    const asked = hear(shop.local, isAuthorize);
    const steps = ["ReserveStock", "AuthorizePayment"] as const;
    let reached = 0;
    for (const step of steps)
      for (let number = 1; number <= 4; number++) {
        let [calls, orderId, struck] = [0, "", false];
        const before = asked.length;
        const stop = shop.local.cloud.guard(async (call, next) => {
          if (!by(step)(call) || struck || ++calls !== number) return next(call);
          struck = true;
          await shop.local.api({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" });
          // The step is slow, and its customer was told five seconds ago.
          await new Promise<void>((resolve) => shop.clock.after(5 * SECOND, "slow", resolve));
          return next(call);
        });
        orderId = await shop.order();
        await shop.settle();
        stop();
        if (!struck) break;
        reached += 1;
        const history = await ledger(orderId);
        const isFirst = step === "ReserveStock" || number <= 2;
        if (isFirst) {
          expect(asked.length - before, `${step} ${number}`).toBe(0);
          expect(history).toEqual(["VoidRequested"]);
        }
        expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED", paid: null });
        expect(history.at(-1)).toMatch(/^(VoidRequested|Voided|Declined)$/);
        expect(await shop.broken(), `${step} ${number}`).toEqual([]);
      }
    expect(reached).toBeGreaterThanOrEqual(4);
  });

  it("may be asked before payments hears of it, and has its money back within the minute", async () => {
    const asked = hear(shop.local, isAuthorize);
    const isTold = ({ caller, operation }: Call) =>
      operation === "Invoke" && caller.name.endsWith("-WithdrawPayment");
    spoil(shop.local, isTold, () => Promise.resolve({ StatusCode: 202 })); // on its way, for ever
    let [orderId, toldAt] = ["", 0];
    const isStep = by("AuthorizePayment");
    shop.local.cloud.guard(async (call, next) => {
      if (!isStep(call) || toldAt) return next(call);
      toldAt = shop.clock.now();
      const path = `/orders/${orderId}/cancel`;
      const answer = await shop.local.api({ method: "POST", path, as: "alice" });
      expect(answer.json()).toMatchObject({ status: "CANCELLED" });
      return next(call);
    });
    orderId = await shop.order();
    expect(await shop.clock.runUntil(() => Promise.resolve(toldAt > 0), MINUTE)).toBe(true);
    await shop.clock.advance(MINUTE);
    expect(asked).toHaveLength(1);
    expect(await ledger(orderId)).toEqual([
      ...["AuthorizationRequested", "Authorized", "VoidRequested", "Voided"],
    ]);
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it("is asked for nothing by a saga that had not begun, although payments hears of nothing", async () => {
    const asked = hear(shop.local, isAuthorize);
    const begins = hear(shop.local, ({ operation }) => operation === "StartExecution");
    const isTold = ({ caller, operation }: Call) =>
      operation === "Invoke" && caller.name.endsWith("-WithdrawPayment");
    const deaf = spoil(shop.local, isTold, () => Promise.resolve({ StatusCode: 202 }));
    const out = spoil(shop.local, by("StartFulfilment"), "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(3 * SECOND);
    await shop.cancel(orderId);
    await shop.clock.advance(3 * SECOND);
    out.stop();
    await shop.clock.advance(5 * MINUTE);
    await shop.settle();
    expect([deaf.spoilt.length, out.spoilt.length > 0]).toEqual([1, true]);
    expect([begins.length, asked.length]).toEqual([0, 0]);
    expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED", paid: null });
    expect(await shop.broken()).toEqual([]);
  });

  it("is let go at once by a saga that waits for its bank", async () => {
    const orderId = await shop.order("tok_late");
    await shop.clock.advance(3 * SECOND);
    await shop.cancel(orderId);
    await shop.clock.advance(5 * SECOND); // the bank would have answered ten seconds later
    expect((await ledger(orderId)).at(-1)).toBe("Voided");
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });
});

describe("a refund's story", () => {
  it("is that of the cancellation, as the capture's is that of the order", async () => {
    const told = hear(shop.local, ({ operation }) => operation === "PutEvents");
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    await shop.cancel(orderId);
    await shop.settle();
    const events = told
      .flatMap(({ input }) => input.Entries)
      .map(({ Detail }) => JSON.parse(Detail))
      .filter(({ type }) => /^(orders|payments)/.test(type ?? ""));
    const storyOf = (type: string) => events.find((one) => one.type === type)?.correlationId;
    expect(storyOf("payments.PaymentCaptured.v1")).toBe(storyOf("orders.OrderPlaced.v2"));
    expect(storyOf("payments.PaymentRefunded.v1")).toBe(storyOf("orders.CancellationRequested.v1"));
    expect(storyOf("orders.CancellationRequested.v1")).not.toBe(storyOf("orders.OrderPlaced.v2"));
  });
});
