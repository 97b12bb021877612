import type { Money } from "@petstore/core/money";

/** The refunds of a row: each has an attribute of its own, numbered like the payment's event that told of it. */
export type Refunds = { [refund: `refund_${number}`]: Money };

/** The attribute of one refund. */
export const refund = (version: number, amount: Money) =>
  ({ [`refund_${version}`]: amount }) as Refunds;

/** All that went back, whichever way; null where nothing did. It is one payment's, so of one currency, and no more than was taken. */
export const refundedIn = (row: object): Money | null => {
  const refunds = Object.entries(row).flatMap(([name, amount]) =>
    /^refund_\d+$/.test(name) ? [amount as Money] : [],
  );
  const [first] = refunds;
  return first ? { ...first, amount: refunds.reduce((sum, { amount }) => sum + amount, 0) } : null;
};
