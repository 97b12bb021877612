import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, Money, times, usd } from "./money.ts";

const cents = fc.integer({ min: 0, max: 1_000_000 }).map(usd);

describe("money", () => {
  it("adds in any order, exactly", () =>
    fc.assert(
      fc.property(cents, cents, cents, (a, b, c) => {
        expect(add(a, add(b, c))).toEqual(add(add(c, b), a));
        expect(add(a, b).amount).toBe(a.amount + b.amount);
      }),
    ));

  it("multiplies as often as it adds", () =>
    fc.assert(
      fc.property(cents, fc.integer({ min: 1, max: 50 }), (price, quantity) => {
        const sum = Array.from({ length: quantity }, () => price).reduce(add);
        expect(times(price, quantity)).toEqual(sum);
      }),
    ));

  it("never mixes currencies, and never holds a fraction", () => {
    expect(() => add(usd(1), { amount: 1, currency: "EUR" })).toThrow("Cannot add");
    expect(Money.safeParse({ amount: 0.5, currency: "USD" }).success).toBe(false);
    expect(Money.safeParse({ amount: -1, currency: "USD" }).success).toBe(false);
  });
});
