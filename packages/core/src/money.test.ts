import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactSum, Money, totalOf, usd } from "./money.ts";

const line = fc.record({
  unitPrice: fc.integer({ min: 0, max: 1_000_000 }).map(usd),
  quantity: fc.integer({ min: 1, max: 50 }),
});
const most = Number.MAX_SAFE_INTEGER;
const one = (amount: number, currency: Money["currency"] = "USD", quantity = 1) => ({
  unitPrice: { amount, currency },
  quantity,
});

describe("money", () => {
  it("adds up exactly, in any order, each price as often as it is asked for", () =>
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const each = lines.flatMap(({ unitPrice, quantity }) =>
          Array.from({ length: quantity }, () => unitPrice.amount),
        );
        const value = usd(each.reduce((sum, amount) => sum + amount));
        expect(totalOf(lines)).toEqual({ ok: true, value });
        expect(totalOf(lines.toReversed())).toEqual({ ok: true, value });
      }),
    ));

  it("never mixes currencies, and never holds a fraction", () => {
    expect(totalOf([one(1), one(1, "EUR")])).toMatchObject({
      refusal: {
        code: "MixedCurrencies",
        detail: "All of it must be priced in one currency, not in EUR and USD.",
      },
    });
    expect(Money.safeParse({ amount: 0.5, currency: "USD" }).success).toBe(false);
    expect(Money.safeParse({ amount: -1, currency: "USD" }).success).toBe(false);
  });

  it("is refused where it is more than can be counted exactly", () => {
    expect(totalOf([one(most)])).toMatchObject({ ok: true });
    for (const lines of [[one(most), one(1)], [one(most, "USD", 2)], [one(2 ** 51, "EUR", 4)]])
      expect(totalOf(lines)).toMatchObject({ refusal: { code: "SumTooLarge" } });
    expect(exactSum([most, 1, -1])).toBe(most);
    expect(exactSum([-most, -1])).toBeUndefined();
  });
});
