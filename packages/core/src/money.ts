import * as z from "zod";
import { ok, type Refusal, type Result, refuse } from "./result.ts";

/** Money is a whole number of minor units (cents) in one currency, never a float. */
export const Money = z.object({
  amount: z.int().nonnegative(),
  currency: z.enum(["EUR", "USD"]),
});
export type Money = z.infer<typeof Money>;

/** An amount of US dollars, in cents. */
export const usd = (cents: number): Money => Money.parse({ amount: cents, currency: "USD" });

/** The sum of whole numbers, or undefined where it is beyond 2^53, from where on numbers are not exact any more. */
export const exactSum = (numbers: readonly number[]): number | undefined => {
  const sum = Number(numbers.reduce((total, one) => total + BigInt(one), 0n));
  return Number.isSafeInteger(sum) ? sum : undefined;
};

/** So many of something, at this price each. */
type Priced = { unitPrice: Money; quantity: number };

/** What lines cost together. Refused where their prices are of several currencies, or add up to more than can be told exactly. */
export const totalOf = (
  lines: readonly Priced[],
): Result<Money, Refusal<"MixedCurrencies" | "SumTooLarge">> => {
  const currencies = [...new Set(lines.map(({ unitPrice }) => unitPrice.currency))].sort();
  const [currency] = currencies;
  if (!currency || currencies.length > 1)
    return refuse(
      "MixedCurrencies",
      `All of it must be priced in one currency, not in ${currencies.join(" and ")}.`,
    );
  const amount = exactSum(lines.map(({ unitPrice, quantity }) => unitPrice.amount * quantity));
  return amount === undefined
    ? refuse("SumTooLarge", "That is more money than we can count exactly.")
    : ok({ amount, currency });
};
