import type { Decider } from "@petstore/core/decider";
import type { EventOf } from "@petstore/core/event";
import { ok, type Refusal, refuse } from "@petstore/core/result";
import { type Product, ProductListed } from "@petstore/events/inventory";

/** Puts a product on offer, or changes its description or price. */
export type ListProduct = { type: "ListProduct"; product: Product };

const same = (a: Product, b: Product) =>
  a.name === b.name &&
  a.description === b.description &&
  a.kind === b.kind &&
  a.price.amount === b.price.amount &&
  a.price.currency === b.price.currency;

/** Why a product is not listed. */
export type CatalogueRefusal = Refusal<"NoPrice">;

/** The rules of the catalogue: everything costs something. Listing what is listed already says nothing. */
export const catalogue: Decider<
  Product | undefined,
  ListProduct,
  EventOf<typeof ProductListed>,
  CatalogueRefusal
> = {
  initial: undefined,
  decide(listed, { product }) {
    if (product.price.amount === 0) return refuse("NoPrice", "A product has to cost something.");
    return ok(listed && same(listed, product) ? [] : [ProductListed(product)]);
  },
  evolve: (_, { data }) => data,
};
