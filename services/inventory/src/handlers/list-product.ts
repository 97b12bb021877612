import { newTrace, traced } from "@petstore/core/context";
import { newUlid } from "@petstore/core/ulid";
import { Product } from "@petstore/events/inventory";
import { listProduct } from "../adapters/products.ts";

/** Puts a product on offer or changes it. Invoked by whoever keeps the catalogue, as often as they like. */
export const handler = (input: unknown) => {
  const product = Product.parse(input);
  return traced(newTrace(`req_${newUlid()}`), () => listProduct(product));
};
