import { refusedWith } from "@petstore/core/problem";

/** Answers a refusal of an order's command: mostly it is how the order stands, or an earlier request. */
export const refused = refusedWith({
  UnknownProduct: 422,
  MixedCurrencies: 422,
  SumTooLarge: 422,
  NothingToPay: 422,
  NoSuchOrder: 404,
});
