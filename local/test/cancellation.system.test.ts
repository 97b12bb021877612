import type { Call } from "emulator/kernel/engine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { by, hear, isWrite, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { waitLong } from "./long-waits.ts";

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

  it("F62g a day after it was confirmed has all of it back, for nothing is ever shipped", async () => {
    const { orderId } = await placeIn(shop, "tok_approve");
    await waitLong(shop, 24 * 60 * MINUTE);
    expect(await shop.read(orderId)).toMatchObject({
      status: "CONFIRMED",
      paid: { amount: PRICE },
    });
    const answer = await shop.drive(cancelIn(shop, orderId));
    expect(answer.status).toBe(202);
    await shop.settle();
    isOff(await shop.read(orderId));
    expect(await shop.read(orderId)).toMatchObject({ refunded: { amount: PRICE } });
    expect(await shop.broken()).toEqual([]);
  });

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

  const look = (orderId: string, version?: number) => {
    const path = `/orders/${orderId}${version ? `?version=${version}` : ""}`;
    return shop.drive(shop.local.api({ path, as: "alice" }));
  };
  /** Keeps the events of orders from the view, until what comes back is called. */
  const withholdOrders = (type = /^orders\./) => {
    const late: (() => void)[] = [];
    const stop = shop.local.cloud.guard(async (call, next) => {
      const sent = call.caller.name === "rule petstore-local-OrderViews" && call.input.MessageBody;
      if (sent && type.test(JSON.parse(sent)["detail-type"]))
        await new Promise<void>((resolve) => late.push(resolve));
      return next(call);
    });
    return () => {
      stop();
      for (const one of late) one();
    };
  };

  it("sees the order that they placed, before any view does, as the view will show it", async () => {
    const saga = spoil(shop.local, ({ caller }) => /StartFulfilment/.test(caller.name), "is lost");
    const tell = withholdOrders();
    const { orderId, version } = await placeIn(shop, "tok_approve");
    await shop.clock.advance(5_000);
    expect((await shop.books()).views.get(orderId)).toBeUndefined();
    const early = await look(orderId, version);
    expect([early.status, early.json()]).toMatchObject([
      200,
      { orderId, status: "PENDING", version, total: { amount: PRICE }, lines: [{}, {}] },
    ]);
    tell();
    await shop.clock.advance(5_000);
    expect((await shop.books()).views.get(orderId)).toBeDefined();
    expect((await look(orderId, version)).json()).toEqual(early.json());
    saga.stop();
  });

  it.each([
    ["before it was confirmed", "tok_late", "CANCELLED", null],
    ["after it was paid", "tok_approve", "CONFIRMED", { amount: PRICE, currency: "USD" }],
  ])(
    "sees the cancellation that they asked for %s, and what they paid",
    async (_, card, status, paid) => {
      const { orderId } = await placeIn(shop, card);
      await shop.clock.advance(5_000);
      const refunds = spoil(shop.local, by("RefundPayment"), "is lost");
      const tell = withholdOrders();
      const cancelled = (await shop.drive(cancelIn(shop, orderId))).json() as Order;
      const early = (await look(orderId, cancelled.version)).json();
      expect(early).toMatchObject({ status, version: cancelled.version, paid, refunded: null });
      await shop.clock.advance(5_000);
      expect((await look(orderId, cancelled.version)).json()).toMatchObject({ status, paid });
      tell();
      await shop.clock.advance(5_000);
      expect((await shop.books()).views.get(orderId)).toMatchObject({
        status,
        version: cancelled.version,
        paid,
        refunded: null,
      });
      refunds.stop();
      await shop.settle();
      expect(await shop.broken()).toEqual([]);
    },
  );

  it("sees why their order was rejected, before the view does, in the same words", async () => {
    const tell = withholdOrders(/OrderRejected/);
    const { orderId } = await placeIn(shop, "tok_decline");
    await shop.clock.advance(30_000);
    const { timeline: _, ...early } = (await look(orderId, 3)).json() as { timeline: unknown };
    expect(early).toMatchObject({ status: "REJECTED", reason: { code: "PaymentDeclined" } });
    tell();
    await shop.clock.advance(5_000);
    expect((await shop.books()).views.get(orderId)).toMatchObject(early);
  });

  it("is told that there is no such version yet, whoever answers, and nobody else hears of the order", async () => {
    const { orderId, version } = await placeIn(shop, "tok_approve");
    const none = async (version: number) => {
      const answer = await look(orderId, version);
      return [answer.status, (answer.json() as { type: string }).type];
    };
    expect(await none(version + 1)).toEqual([404, "/problems/no-such-version"]);
    await shop.settle();
    expect((await look(orderId, 2)).status).toBe(200);
    expect(await none(3)).toEqual([404, "/problems/no-such-version"]);
    const path = `/orders/${orderId}?version=3`;
    const theirs = await shop.drive(shop.local.api({ path, as: "bob" }));
    expect(theirs.json()).toMatchObject({ type: "/problems/no-such-order" });
  });
});

it("every event of an order gives its view a new version", async () => {
  const shop = await virtualShop();
  const given = () =>
    shop
      .books()
      .then(({ orders, views }) =>
        orders.map(({ id, version }) => [version, views.get(id)?.version]),
      );
  const lost = spoil(shop.local, by("RejectOrder"), "is lost");
  const { orderId } = await placeIn(shop, "tok_approve");
  await placeIn(shop, "tok_decline");
  await shop.clock.advance(20_000);
  expect(await given()).toEqual([
    [2, 2],
    [2, 2],
  ]);
  lost.stop();
  await shop.drive(cancelIn(shop, orderId));
  await shop.settle();
  expect(new Set((await given()).flat())).toEqual(new Set([3, 4]));
  for (const [version, seen] of await given()) expect(seen).toBe(version);
  await shop.local.stop();
});
