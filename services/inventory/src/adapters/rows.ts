import { client } from "@petstore/core/dynamo";
import type { Product } from "@petstore/events/inventory";
import { CustomAttributeType, Entity } from "electrodb";
import { Resource } from "sst";
import type { Reservation } from "../domain/holding.ts";

const table = { table: Resource.InventoryTable.name, client };
const casing = "none"; // ElectroDB would write keys in lower case, and ids differ by case
const text = { type: "string", required: true } as const;
const number = { type: "number", required: true } as const;
const byProduct = {
  pk: { field: "pk", composite: ["productId"], casing },
  sk: { field: "sk", composite: [] },
} as const;

/** A product of the catalogue. */
export const ProductRow = new Entity(
  {
    model: { service: "inventory", entity: "product", version: "1" },
    attributes: {
      productId: text,
      product: { type: CustomAttributeType<Product>("any"), required: true },
      version: number,
    },
    indexes: { byProduct },
  },
  table,
);

/** What there is of a product: the one item that all its buyers compete for. */
export const StockRow = new Entity(
  {
    model: { service: "inventory", entity: "stock", version: "1" },
    attributes: { productId: text, available: number, stocked: number, version: number },
    indexes: { byProduct },
  },
  table,
);

/** An order's reservation. Only while it is held does it stand in the sparse index `held`, by its expiry. */
export const ReservationRow = new Entity(
  {
    model: { service: "inventory", entity: "reservation", version: "1" },
    attributes: {
      orderId: text,
      status: { type: CustomAttributeType<Reservation["status"]>("string"), required: true },
      lines: { type: CustomAttributeType<Reservation["lines"]>("any"), required: true },
      // Not under the name of a TTL attribute: DynamoDB would delete a reservation that has expired.
      expiresAt: { ...text, field: "heldUntil" },
      reason: { type: CustomAttributeType<NonNullable<Reservation["reason"]>>("any") },
      version: number,
    },
    indexes: {
      byOrder: {
        pk: { field: "pk", composite: ["orderId"], casing },
        sk: { field: "sk", composite: [] },
      },
      held: {
        index: "held",
        condition: ({ status }) => status === "HELD",
        pk: { field: "gsi1pk", composite: ["status"], casing },
        sk: { field: "gsi1sk", composite: ["expiresAt", "orderId"], casing },
      },
    },
  },
  table,
);
