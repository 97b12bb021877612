import { inventoryEvents } from "./inventory.ts";
import { orderEvents } from "./orders.ts";
import { paymentEvents } from "./payments.ts";

/** Every contract of the published language: what documentation, schemas and compatibility checks go through. */
export const catalogue = [...orderEvents, ...inventoryEvents, ...paymentEvents] as const;
