import type { EventOf } from "@petstore/core/event";
import { usd } from "@petstore/core/money";
import { OrderId, paymentOf } from "@petstore/events/ids";
import { StockReceivedV1 } from "@petstore/events/inventory";
import {
  OrderCancelled,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderRejected,
  OrderResumed,
} from "@petstore/events/orders";
import { PaymentNeedsAttention } from "@petstore/events/payments";
import { describe, expect, it } from "vitest";
import { type heard, type Message, messageFor } from "./message.ts";

const orderId = OrderId.create();
const customerId = "cus_ada" as const;
const time = "2026-11-29T08:00:12.345Z";
const order = { orderId, customerId };
const lines = [{ productId: "prd_goldfish", name: "Goldfish", quantity: 2, unitPrice: usd(600) }];

/** The message that the second event of an aggregate calls for. */
const messageOf = (event: EventOf<(typeof heard)[number]>) =>
  messageFor({ ...event, time, aggregate: { type: "any", id: "any", version: 2 } }) as Message;

describe("messages", () => {
  it("list what a confirmed order is made of", () => {
    const { mail, ...message } = messageOf(OrderConfirmed({ ...order, lines, total: usd(1200) }));
    expect(message).toEqual({
      about: orderId,
      template: "order-confirmed",
      customerId,
      version: 2,
      others: [
        "order-rejected",
        "order-cancelled",
        "order-needs-attention",
        "order-confirmed-after-all",
      ],
    });
    expect(mail("Ada").text).toContain("Hello Ada,");
    expect(mail("Ada").text).toContain("2 x Goldfish: USD 6.00 each\n  Total: USD 12.00");
  });

  it("say why an order was rejected, and that it costs nothing", () => {
    const reason = { code: "OutOfStock", detail: "Goldfish: only 1 left." };
    const { mail } = messageOf(OrderRejected({ ...order, reason }));
    expect(mail("Ada").text).toMatch(/only 1 left\.[\s\S]*You were not charged/);
  });

  it("say of which step of an order they speak, for e-mails may overtake each other", () =>
    expect(messageOf(OrderCancelled(order)).mail("Ada").text).toContain(
      "This is step 2 of your order, on 2026-11-29 at 08:00 UTC.",
    ));

  it("tell of the refund with the cancellation", () =>
    expect(messageOf(OrderCancelled(order)).mail("Ada").text).toContain("on its way back to you"));

  it("keep what went wrong inside from the customer", () => {
    const event = OrderNeedsAttention({ ...order, step: "RefundPayment", cause: "secret" });
    expect(JSON.stringify(messageOf(event).mail("Ada"))).not.toMatch(/secret|RefundPayment/);
  });

  it("say that an order is confirmed after all, where it was confirmed and is not on its way back", () => {
    const resumed = { ...order, by: customerId, reason: "secret" };
    const { mail, ...message } = messageOf(OrderResumed({ ...resumed, status: "CONFIRMED" }));
    expect(message).toMatchObject({ template: "order-confirmed-after-all", version: 2 });
    expect(mail("Ada").text).toContain("Your order is confirmed");
    expect(JSON.stringify(mail("Ada"))).not.toContain("secret");
    for (const more of [
      { status: "PENDING" } as const,
      { status: "CANCELLED" } as const,
      { status: "CONFIRMED", returns: true } as const,
    ])
      expect(messageOf(OrderResumed({ ...resumed, ...more }))).toBeUndefined();
  });

  it("tell the staff of each product of a delivery, out of the first version of the event", () => {
    const line = { productId: "prd_goldfish", quantity: 10, available: 11, stockVersion: 8 };
    const { mail, ...message } = messageOf(StockReceivedV1({ receiptId: "rcp_1", ...line }));
    expect(message).toEqual({
      about: "rcp_1",
      template: "stock-received-prd_goldfish",
      others: [],
    });
    expect(mail("all").text).toContain("prd_goldfish: 10 received\n  Now available: 11");
  });

  it("tell the staff, and no customer, what the provider says otherwise of a payment", () => {
    const paymentId = paymentOf(orderId);
    const what = "The provider says captured, we say voided.";
    const { mail, ...message } = messageOf(PaymentNeedsAttention({ paymentId, orderId, what }));
    expect(message).toEqual({ about: orderId, template: "payment-needs-attention", others: [] });
    expect(mail("all").text).toContain(what);
  });

  it.each([
    OrderCancelled(order),
    OrderRejected({ ...order, reason: { code: "X", detail: "x" } }),
    OrderNeedsAttention({ ...order, step: "x", cause: "x" }),
  ])("F64 are one of a kind for an order: $type", (event) =>
    expect(messageOf(event).about).toBe(orderId),
  );
});
