import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { waitLong } from "./long-waits.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const post = (path: string, as: string, body?: object) =>
  shop.drive(shop.local.api({ method: "POST", path, as, body }));
const close = (orderId: string) =>
  post(`/orders/${orderId}/close`, "admin", { reason: "Nobody answers." });
const today = () => new Date(shop.clock.now()).toISOString().slice(0, 10);
const salesOf = async (date: string) => {
  const path = `/reports/daily-sales?date=${date}`;
  const answer = await shop.drive(shop.local.api({ path, as: "admin" }));
  const { money } = answer.json() as { money: { refunded: number }[] };
  return money[0] ?? { refunded: 0 };
};
const templates = () => shop.local.emails().map(({ tags }) => tags?.template ?? "");
const toCustomers = () => templates().filter((one) => one.startsWith("order-"));

/** A confirmed order of which a step never works, although its customer has cancelled it and has had everything back. */
const returnedWhile = async (step: string) => {
  const broken = spoil(shop.local, by(step), "is lost");
  const orderId = await shop.order();
  await shop.clock.advance(MINUTE);
  expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
  await shop.cancel(orderId);
  await shop.clock.advance(30 * MINUTE);
  expect(await shop.read(orderId)).toMatchObject({
    status: "CANCELLED",
    refunded: { amount: 499 },
  });
  return { orderId, ...broken };
};

describe("I3 what is over", () => {
  it("stays so, without a mail, although an earlier run of its saga gives up half a day later", async () => {
    const { orderId, spoilt } = await returnedWhile("CommitStock");
    await waitLong(shop, 36 * HOUR);
    expect(spoilt.length).toBeGreaterThan(100);
    expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED" });
    expect(templates().filter((one) => one.includes("attention"))).toEqual([]);
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it("is off the books on one day, whoever still wants to close it on another", async () => {
    const day = today();
    const { orderId } = await returnedWhile("CommitStock");
    await waitLong(shop, 36 * HOUR);
    expect(today()).not.toBe(day);
    await close(orderId);
    await shop.settle();
    const days = [day, today()];
    const refunded = await Promise.all(days.map(async (one) => (await salesOf(one)).refunded));
    expect(refunded).toEqual([499, 0]);
  });

  it("is over for everybody, when the shop has closed it", async () => {
    const broken = spoil(shop.local, by("RefundPayment"), "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    await shop.cancel(orderId);
    await waitLong(shop, 36 * HOUR);
    broken.stop();
    expect(await shop.read(orderId)).toMatchObject({ status: "NEEDS_ATTENTION" });
    expect((await close(orderId)).json()).toMatchObject({ status: "NEEDS_ATTENTION" });
    await shop.settle();
    const view = await shop.read(orderId);
    expect(view).toMatchObject({ status: "CANCELLED", refunded: { amount: 499 } });
    const { status, version } = view;
    for (const answer of [await shop.cancel(orderId), await close(orderId)])
      expect([answer.status, answer.json()]).toEqual([202, { orderId, status, version }]);
    expect(await shop.broken()).toEqual([]);
  });
});

it("a customer who was told that it is cancelled is not told after it that it takes longer", async () => {
  const broken = spoil(shop.local, by("ReleaseStock"), "is lost");
  const orderId = await shop.order("tok_late");
  await shop.clock.advance(5_000);
  await shop.cancel(orderId);
  await waitLong(shop, 36 * HOUR);
  broken.stop();
  expect(await shop.read(orderId)).toMatchObject({ status: "NEEDS_ATTENTION" });
  expect(toCustomers()).toEqual(["order-cancelled"]);
  await close(orderId);
  await shop.settle();
  expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED", paid: null });
  expect(toCustomers()).toEqual(["order-cancelled"]);
  expect(await shop.broken()).toEqual([]);
});

it("F62 cancelling an order that is being rejected answers what its customer reads, and changes nothing", async () => {
  const broken = spoil(shop.local, by("ReleaseStock"), "is lost");
  const orderId = await shop.order("tok_decline");
  await shop.clock.advance(5 * MINUTE);
  const { status } = await shop.read(orderId);
  const answer = await shop.cancel(orderId);
  expect([answer.status, answer.json()]).toMatchObject([202, { orderId, status }]);
  broken.stop();
  await shop.settle();
  expect(await shop.read(orderId)).toMatchObject({ status: "REJECTED" });
  expect((await shop.cancel(orderId)).status).toBe(409);
  expect(await shop.broken()).toEqual([]);
});

describe("F62e I4 a cancellation and the pivot that are decided at once", () => {
  /** Holds up the write that a function has decided on until the other side has written, and that was told. */
  const holdUp = (name: string, other: () => Promise<unknown>) =>
    spoil(
      shop.local,
      (call) => by(name)(call) && call.operation === "TransactWriteItems",
      async (call, next) => {
        await other();
        const told = new Promise<void>((resolve) => shop.clock.after(2000, "told", resolve));
        await told;
        return next(call);
      },
      1,
    );

  it("end in a cancellation, when that was written first", async () => {
    let orderId = "";
    const { spoilt } = holdUp("ConfirmOrder", () =>
      shop.local.api({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" }),
    );
    orderId = await shop.order();
    await shop.settle();
    expect(spoilt).toHaveLength(1);
    const { status, paid, timeline } = await shop.read(orderId);
    expect({ status, paid }).toEqual({ status: "CANCELLED", paid: null });
    expect(timeline.map(({ what }: { what: string }) => what)).not.toContain("OrderConfirmed");
    expect(await shop.broken()).toEqual([]);
  });

  it("end in a return, when the confirmation was written first", async () => {
    const orderId = await shop.order();
    const pause = () => new Promise<void>((resolve) => shop.clock.after(50, "look", resolve));
    const confirmed = async () => {
      const look = () => shop.local.api({ path: `/orders/${orderId}`, as: "alice" });
      while ((await look()).text.includes("PENDING")) await pause();
    };
    const { spoilt } = holdUp("OrdersApi", confirmed);
    const answer = await shop.cancel(orderId);
    expect(spoilt).toHaveLength(1);
    expect([answer.status, answer.json()]).toMatchObject([202, { status: "CONFIRMED" }]);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      paid: { amount: 499 },
      refunded: { amount: 499 },
    });
    expect(await shop.broken()).toEqual([]);
  });
});
