import { NotUnderstood } from "@petstore/core/event";
import { usd } from "@petstore/core/money";
import { OrderId } from "@petstore/events/ids";
import { OrderConfirmed } from "@petstore/events/orders";
import { describe, expect, it } from "vitest";
import { saleLineOf, sumUp } from "./sales.ts";

const line = (currency: "EUR" | "USD", sold: number, refunded = 0) => ({
  currency,
  sold,
  refunded,
  units: sold ? 2 : 0,
});

describe("a day's sales", () => {
  it("are summed up by currency", () =>
    expect(sumUp("2026-01-01", [line("USD", 500), line("EUR", 300), line("USD", 0, 200)])).toEqual({
      date: "2026-01-01",
      orders: 2,
      units: 4,
      money: [
        { currency: "EUR", sold: 300, refunded: 0, net: 300 },
        { currency: "USD", sold: 500, refunded: 200, net: 300 },
      ],
    }));

  it("count no money for an order that was cancelled before it was sold", () =>
    expect(sumUp("2026-01-01", [{ sold: 0, refunded: 0, units: 0 }])).toMatchObject({
      orders: 0,
      money: [],
    }));

  it("say nothing of a sum that is more than can be told exactly, and all else", () => {
    const most = Number.MAX_SAFE_INTEGER;
    const lines = [line("USD", most), line("USD", 1), line("EUR", 300), line("USD", 0, most)];
    expect(sumUp("2026-01-01", lines)).toEqual({
      date: "2026-01-01",
      orders: 3,
      units: 6,
      money: [
        { currency: "EUR", sold: 300, refunded: 0, net: 300 },
        { currency: "USD", sold: null, refunded: most, net: 1 },
      ],
    });
  });

  it("F27 are not understood of an order with more units than can be counted", () => {
    const bought = (...quantities: number[]) => {
      const lines = quantities.map((quantity) => ({
        ...{ productId: "prd_hay", name: "Hay", quantity, unitPrice: usd(0) },
      }));
      const order = { orderId: OrderId.create(), customerId: "cus_ada" as const };
      const event = OrderConfirmed({
        ...order,
        lines: lines as [(typeof lines)[0]],
        total: usd(0),
      });
      return saleLineOf({ ...event, time: "2026-01-01T00:00:00Z" } as never);
    };
    expect(bought(2, 3)).toMatchObject({ units: 5 });
    expect(() => bought(Number.MAX_SAFE_INTEGER, 1)).toThrow(NotUnderstood);
  });
});
