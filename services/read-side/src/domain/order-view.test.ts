import { newTrace } from "@petstore/core/context";
import type { DomainEvent, Envelope } from "@petstore/core/event";
import { usd } from "@petstore/core/money";
import { OrderId, paymentOf } from "@petstore/events/ids";
import { StockCommitted, StockReserved } from "@petstore/events/inventory";
import {
  CancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
} from "@petstore/events/orders";
import { PaymentAuthorized, PaymentCaptured, PaymentRefunded } from "@petstore/events/payments";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changesOf, type OrderViewEvent, toAnswer } from "./order-view.ts";
import { timelineEntry } from "./timeline.ts";

const [orderId, customerId] = [OrderId.create(), "cus_ada" as const];
const [paymentId, total] = [paymentOf(orderId), usd(900)];
const lines = [{ productId: "prd_hay", name: "Hay", quantity: 2, unitPrice: usd(450) }];
const held = [{ productId: "prd_hay", quantity: 2, available: 8, stockVersion: 2 }];
const basket = { orderId, customerId, lines, total };

const at = (second: number, type: string, version: number, event: DomainEvent) =>
  ({
    ...newTrace("req_1"),
    ...event,
    id: `evt_${second}`,
    time: new Date(second * 1000).toISOString(),
    source: type,
    aggregate: { type, id: orderId, version },
  }) as Envelope<OrderViewEvent>;

const history = [
  at(1, "order", 1, OrderPlaced(basket)),
  at(
    2,
    "reservation",
    1,
    StockReserved({ orderId, lines: held, expiresAt: new Date(0).toISOString() }),
  ),
  at(3, "payment", 1, PaymentAuthorized({ paymentId, orderId, amount: total })),
  at(4, "order", 2, OrderConfirmed(basket)),
  at(5, "payment", 2, PaymentCaptured({ paymentId, orderId, amount: total })),
  at(
    6,
    "reservation",
    2,
    StockCommitted({ orderId, lines: [{ productId: "prd_hay", quantity: 2 }] }),
  ),
  at(7, "order", 3, CancellationRequested(basket)),
  at(
    8,
    "payment",
    3,
    PaymentRefunded({ paymentId, orderId, amount: total, cause: "cancellation" }),
  ),
  at(9, "order", 4, OrderCancelled({ orderId, customerId })),
];

const fold = (events: readonly Envelope<OrderViewEvent>[]) =>
  toAnswer(
    Object.assign({ orderId }, ...events.map(changesOf), { timeline: events.map(timelineEntry) }),
  );

describe("an order's view", () => {
  it("tells the whole story", () =>
    expect(fold(history)).toMatchObject({
      status: "CANCELLED",
      version: 4,
      total,
      paid: total,
      refunded: total,
      timeline: history.map(timelineEntry),
    }));

  it("F21 I13 is the same in whatever order its events come", () =>
    fc.assert(
      fc.property(fc.shuffledSubarray(history, { minLength: history.length }), (shuffled) => {
        expect(fold(shuffled)).toEqual(fold(history));
      }),
    ));

  it("counts an event of the order that says nothing of its status, and keeps the status", () => {
    const noted = at(10, "order", 5, {
      type: "orders.OrderNoted.v1",
      data: { orderId, customerId },
    });
    expect(fold([noted, ...history])).toMatchObject({ status: "CANCELLED", version: 5 });
  });

  it("shows the newest status that it has heard of, though older ones are still to come", () => {
    const [placed, , , confirmed] = history;
    expect(fold(confirmed ? [confirmed] : []).status).toBe("CONFIRMED");
    expect(fold(confirmed && placed ? [confirmed, placed] : [])).toMatchObject({
      status: "CONFIRMED",
      version: 2,
    });
  });
});
