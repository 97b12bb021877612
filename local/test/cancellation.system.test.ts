import type { Call } from "emulator/kernel/engine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { by, hear, isWrite } from "./spoil.ts";

const MINUTE = 60_000;
const PRICE = 499 + 2 * 950;
const lines = [
  { productId: "prd_hay", quantity: 1 },
  { productId: "prd_collar", quantity: 2 },
];
type Order = { orderId: string; status: string; version: number };

const placeIn = async (shop: VirtualShop, paymentToken: string) =>
  (await shop.place({ lines, paymentToken })).json() as Order;
const cancelIn = (shop: VirtualShop, orderId: string) =>
  shop.local.api({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" });

/** What a customer may have at the end who cancelled: nothing paid, or all of it back. */
const isOff = (order: { status: string; paid: object | null; refunded: object | null }) => {
  expect(order.status).toBe("CANCELLED");
  const all = { amount: PRICE, currency: "USD" };
  expect([order.paid, order.refunded]).toEqual(order.paid ? [all, all] : [null, null]);
};

describe("F62 I4 a customer who cancels", () => {
  let shop: VirtualShop;
  beforeAll(async () => {
    shop = await virtualShop();
  });
  afterAll(() => shop?.local.stop());

  const isStep = ({ caller, service }: Call) =>
    /Function$|FulfilOrder$|URL$/.test(caller.name) &&
    !/Relay|Project|Sweep|Notify|streams/.test(caller.name + service);

  it.each(["tok_approve", "tok_decline", "tok_twice"])(
    "F62a-f at whichever call of the saga (with %s), pays nothing or has all of it back",
    async (card) => {
      let [number, met] = [0, 0];
      const endings: Record<string, number> = {};
      for (let struck = true; struck; ) {
        number += 1;
        let calls = 0;
        struck = false;
        let cancelled: Awaited<ReturnType<typeof cancelIn>> | undefined;
        let orderId = "";
        const stop = shop.local.cloud.guard(async (call, next) => {
          if (!orderId || !isStep(call) || by("OrdersApi")(call)) return next(call);
          calls += 1;
          if (calls !== number) return next(call);
          struck = true;
          cancelled = await cancelIn(shop, orderId);
          return next(call);
        });
        orderId = (await placeIn(shop, card)).orderId;
        await shop.settle();
        stop();
        if (!struck) break;
        met += 1;
        const order = await shop.read(orderId);
        endings[`${order.status} ${order.paid ? "and refunded" : "and never paid"}`] = number;
        const answer = cancelled?.json() as Order | undefined;
        if (cancelled?.status === 202 && answer?.status !== "PENDING") isOff(order);
        else {
          // The bank had said no, and the order was on its way to be rejected, or it was rejected already.
          expect([202, 409]).toContain(cancelled?.status);
          expect([order.status, order.paid]).toEqual(["REJECTED", null]);
        }
        expect(await shop.broken(), `${card}, call ${number}`).toEqual([]);
      }
      expect(met).toBeGreaterThan(20);
      expect(Object.keys(endings)).toContain("CANCELLED and never paid");
      if (card !== "tok_decline") expect(Object.keys(endings)).toContain("CANCELLED and refunded");
    },
  );

  it("F62h twice at the same moment is answered the same, and it is done once", async () => {
    const { orderId } = await placeIn(shop, "tok_approve");
    await shop.clock.advance(MINUTE);
    const writes = hear(shop.local, (call) => isWrite(call) && by("OrdersApi")(call));
    const answers = await shop.drive(
      Promise.all([cancelIn(shop, orderId), cancelIn(shop, orderId), cancelIn(shop, orderId)]),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
    expect(writes.length).toBeLessThanOrEqual(3); // two of them lost against the first
    await shop.settle();
    isOff(await shop.read(orderId));
    expect(await shop.broken()).toEqual([]);
  });
});

describe("F66 a customer who looks right after they wrote", () => {
  let shop: VirtualShop;
  beforeEach(async () => {
    shop = await virtualShop();
  });
  afterEach(() => shop?.local.stop());

  it("sees the order that they placed, before any view does", async () => {
    const { orderId, version } = await placeIn(shop, "tok_approve");
    const answer = await shop.drive(shop.local.api({ path: `/orders/${orderId}`, as: "alice" }));
    expect([answer.status, answer.json()]).toMatchObject([
      200,
      { orderId, status: "PENDING", version, total: { amount: PRICE }, lines: [{}, {}] },
    ]);
  });

  it("sees the cancellation that they asked for, with the version that it was answered with", async () => {
    const { orderId } = await placeIn(shop, "tok_late");
    await shop.clock.advance(5_000);
    expect(await shop.read(orderId)).toMatchObject({ status: "PENDING" });
    const cancelled = (await shop.drive(cancelIn(shop, orderId))).json() as Order;
    const path = `/orders/${orderId}?version=${cancelled.version}`;
    const answer = await shop.drive(shop.local.api({ path, as: "alice" }));
    expect(answer.json()).toMatchObject({ status: "CANCELLED", version: cancelled.version });
  });

  it("sees the same form of an order, whoever answers", async () => {
    const { orderId } = await placeIn(shop, "tok_approve");
    const early = await shop.read(orderId);
    await shop.settle();
    expect(Object.keys(await shop.read(orderId)).sort()).toEqual(Object.keys(early).sort());
  });
});
