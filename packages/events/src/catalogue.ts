import { inventoryEvents } from "./inventory.ts";
import { OrderPlacedV1, orderEvents } from "./orders.ts";
import { paymentEvents } from "./payments.ts";
import { reconciliationEvents } from "./reconciliation.ts";

/** Every contract of the published language, past ones included: what documentation, schemas and compatibility checks go through. */
export const catalogue = [
  OrderPlacedV1,
  ...orderEvents,
  ...inventoryEvents,
  ...paymentEvents,
  ...reconciliationEvents,
] as const;
