import * as z from "zod";

/** Money is a whole number of minor units (cents) in one currency, never a float. */
export const Money = z.object({
  amount: z.int().nonnegative(),
  currency: z.enum(["EUR", "USD"]),
});
export type Money = z.infer<typeof Money>;

/** An amount of US dollars, in cents. */
export const usd = (cents: number): Money => Money.parse({ amount: cents, currency: "USD" });

/** A price times a quantity. Throws where the product is no safe integer. */
export const times = (price: Money, quantity: number): Money =>
  Money.parse({ ...price, amount: price.amount * quantity });

/** The sum of two amounts. Throws where the currencies differ. */
export const add = (a: Money, b: Money): Money => {
  if (a.currency !== b.currency) throw new Error(`Cannot add ${a.currency} to ${b.currency}`);
  return Money.parse({ ...a, amount: a.amount + b.amount });
};
