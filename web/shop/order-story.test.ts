import { describe, expect, test } from "vitest";
import type { Order } from "./api-types.ts";
import { storyOf } from "./order-story.ts";

const order = (status: Order["status"], what: string[], more: Partial<Order> = {}): Order => ({
  orderId: "ord_01K0000000000000000000000A",
  status,
  lines: [],
  paid: null,
  refunded: null,
  version: 1,
  timeline: what.map((what) => ({ at: "2026-11-28T15:00:00.000Z", what })),
  ...more,
});
const paid = { paid: { amount: 100, currency: "USD" } as NonNullable<Order["paid"]> };
const happy = ["OrderPlaced", "StockReserved", "PaymentAuthorized", "OrderConfirmed"];

describe("an order is told", () => {
  test.each([
    ["We have your order", order("PENDING", [])],
    ["Waiting for your bank", order("PENDING", happy.slice(0, 2))],
    ["Almost there", order("PENDING", happy.slice(0, 3))],
    ["Confirmed", order("CONFIRMED", happy)],
    ["Confirmed and paid", order("CONFIRMED", [...happy, "PaymentCaptured"], paid)],
    ["Being cancelled", order("CONFIRMED", [...happy, "CancellationRequested"], paid)],
    ["One of us is looking into it", order("NEEDS_ATTENTION", happy)],
  ])("%s: there is more to come", (headline, given) =>
    expect(storyOf(given)).toMatchObject({ headline, settled: false }),
  );

  test("to its good end", () =>
    expect(
      storyOf(order("CONFIRMED", [...happy, "PaymentCaptured", "StockCommitted"], paid)),
    ).toMatchObject({ headline: "It is all yours", settled: true, mayCancel: true }));

  test("with the bank's no, and what was undone", () => {
    const told = storyOf(
      order("REJECTED", ["OrderPlaced", "StockReserved", "PaymentDeclined", "OrderRejected"], {
        reason: { code: "PaymentDeclined", detail: "do_not_honor" },
      }),
    );
    expect(told).toMatchObject({ headline: "Your bank said no", settled: true, mayCancel: false });
    expect(told.steps.map(({ standing }) => standing)).toEqual(["done", "undone", "failed"]);
  });

  test("with money that is still on its way back", () => {
    const what = [...happy, "PaymentCaptured", "CancellationRequested", "OrderCancelled"];
    expect(storyOf(order("CANCELLED", what, paid)).settled).toBe(false);
    expect(storyOf(order("CANCELLED", what, { ...paid, refunded: paid.paid })).settled).toBe(true);
  });

  test("as being cancelled to who has just cancelled it, where the timeline is behind", () => {
    const complete = order("CONFIRMED", [...happy, "PaymentCaptured", "StockCommitted"], paid);
    const told = { headline: "Being cancelled", settled: false, mayCancel: false };
    expect(storyOf(complete, true)).toMatchObject(told);
    const refunded = { ...complete, status: "CANCELLED" as const, refunded: paid.paid };
    expect(storyOf(refunded, true)).toMatchObject({ headline: "Cancelled", settled: true });
  });

  test("by its status, where the timeline is behind", () =>
    expect(storyOf(order("CONFIRMED", ["OrderPlaced"])).steps.map((step) => step.standing)).toEqual(
      ["done", "done", "done", "done", "now", "later"],
    ));
});
