import type { Trace } from "@petstore/core/context";
import type { CustomerId, OrderId, ProductId } from "@petstore/events/ids";
import type { OrderLine } from "@petstore/events/orders";
import { HELD_FOR_MS } from "../../../services/inventory/src/domain/reservation.ts";
import { TOTAL } from "./provider.ts";

/** The one order that all of this is about. */
export const orderId = "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV" as OrderId;
const customerId = "cus_ada" as CustomerId;
export const by = "cus_admin" as CustomerId;
export const productId = "prd_hay" as ProductId;
export const lines: [OrderLine] = [{ productId, name: "Hay", quantity: 1, unitPrice: TOTAL }];
export const basket = { orderId, customerId, lines };
export const placed = { ...basket, total: TOTAL };

/** The moment of every command, and one at which all that was held then has expired. */
export const NOW = new Date(0).toISOString();
export const AFTER_EXPIRY = new Date(2 * HELD_FOR_MS).toISOString();

/** Whoever asks: it decides nothing. */
export const trace: Trace = {
  ...{ correlationId: "c", causationId: "c", hop: 0 },
  traceparent: "00-00000000000000000000000000000001-0000000000000001-01",
};
