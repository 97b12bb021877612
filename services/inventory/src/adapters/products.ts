import { aggregateStore } from "@petstore/core/aggregate-store";
import { commandHandler } from "@petstore/core/command-handler";
import type { EventOf } from "@petstore/core/event";
import type { Write } from "@petstore/core/transact";
import type { Product, ProductListed } from "@petstore/events/inventory";
import { Resource } from "sst";
import { catalogue } from "../domain/catalogue.ts";
import { ProductRow, StockRow } from "./rows.ts";
import type { PutItem } from "./shelf.ts";

type UpdateItem = NonNullable<Write["Update"]>;

const store = aggregateStore<Product | undefined, EventOf<typeof ProductListed>>({
  source: "inventory",
  type: "product",
  outbox: Resource.InventoryOutbox.name,
  initial: catalogue.initial,
  rows: {
    async load(productId) {
      const { data } = await ProductRow.get({ productId }).go({ consistent: true });
      return data ? { state: data.product, version: data.version } : undefined;
    },
    write: (productId, product, { from, to }) => ({
      Put: ProductRow.put({ productId, product: product as Product, version: to })
        .where(({ version }, { eq, notExists }) => (from ? eq(version, from) : notExists(version)))
        .params<PutItem>(),
    }),
  },
});

const listed = commandHandler(catalogue, store);

/** Lists a product, with an empty stock item beside it if it is new. */
export const listProduct = (product: Product) => {
  const { productId } = product;
  const empty = { available: 0, stocked: 0, version: 0 };
  const stockItem = {
    Update: StockRow.upsert({ productId }).ifNotExists(empty).params<UpdateItem>(),
  };
  return listed(productId, { type: "ListProduct", product }, [stockItem]);
};
