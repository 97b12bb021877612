import { usd } from "@petstore/core/money";
import { givenFor } from "@petstore/core/testing/given";
import { type Product, ProductListed } from "@petstore/events/inventory";
import { describe, it } from "vitest";
import { catalogue } from "./catalogue.ts";

const given = givenFor(catalogue);
const product: Product = {
  productId: "prd_goldfish",
  name: "Goldfish",
  description: "Orange, patient.",
  kind: "live-animal",
  price: usd(1200),
};

describe("the catalogue", () => {
  it("lists a new product", () =>
    given().when({ type: "ListProduct", product }).emits(ProductListed(product)));

  it("says nothing of a product that is listed like this already", () =>
    given(ProductListed(product)).when({ type: "ListProduct", product }).emitsNothing());

  it("lists nothing that is free", () => {
    const free = { ...product, price: usd(0) };
    given().when({ type: "ListProduct", product: free }).refuses("NoPrice");
    given(ProductListed(product)).when({ type: "ListProduct", product: free }).refuses("NoPrice");
  });

  it("tells of a new price", () => {
    const dearer = { ...product, price: usd(1300) };
    given(ProductListed(product))
      .when({ type: "ListProduct", product: dearer })
      .emits(ProductListed(dearer));
  });
});
