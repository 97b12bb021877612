import { client } from "@petstore/core/dynamo";
import { Entity, type EntityItem } from "electrodb";
import { Resource } from "sst";
import type { Placed } from "../domain/order-state.ts";

/**
 * An order's row. While it is open (domain/run.ts), it also stands in the sparse index `open`, by age. What its customer pays
 * with stands beside the state: no event is made of it, only the saga's input.
 */
export const OrderRow = new Entity(
  {
    model: { service: "orders", entity: "order", version: "1" },
    attributes: {
      id: { type: "string", required: true },
      version: { type: "number", required: true },
      placedAt: { type: "string", required: true },
      open: { type: "string" },
      openSince: { type: "string", label: "placedAt" },
      paymentToken: { type: "string" },
      state: { type: "any", required: true },
    },
    indexes: {
      byId: {
        pk: { field: "pk", composite: ["id"], casing: "none" },
        sk: { field: "sk", composite: [] },
      },
      open: {
        index: "open",
        pk: { field: "gsi1pk", composite: ["open"], casing: "none" },
        sk: { field: "gsi1sk", composite: ["openSince"], casing: "none" },
      },
    },
  },
  { table: Resource.OrdersTable.name, client },
);

/** An order by its id, with its version, its payment token and the moment it was placed. */
export const findOrder = async (id: string) => {
  const { data } = await OrderRow.get({ id }).go({ consistent: true });
  return data ? { ...data, state: data.state as Placed } : undefined;
};

/** An order as its row tells it. */
export type Order = NonNullable<Awaited<ReturnType<typeof findOrder>>>;

/** The orders that have been open since before then, longest first, page by page, each with the place where the next begins. */
export async function* openOrders(until: string, from?: string) {
  let cursor: string | null = from ?? null;
  do {
    const page: Page = await OrderRow.query
      .open({ open: "yes" })
      .lte({ openSince: until })
      .go({ hydrate: true, limit: 10, cursor });
    cursor = page.cursor;
    const orders = page.data.map((row): Order => ({ ...row, state: row.state as Placed }));
    yield { orders, next: cursor ?? undefined };
  } while (cursor);
}

type Page = { data: EntityItem<typeof OrderRow>[]; cursor: string | null };
