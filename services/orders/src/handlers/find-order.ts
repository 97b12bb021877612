import { OrderId } from "@petstore/events/ids";
import * as z from "zod";
import { findOrder } from "../adapters/order-row.ts";
import { customerStatus } from "../domain/status.ts";

const Query = z.object({ orderId: OrderId.schema, customerId: z.string() });

/**
 * A query for the read side: an order that its view has not seen yet. Null for another customer's. It has a
 * reason only once it is rejected or cancelled, as in the view.
 */
export const handler = async (raw: unknown) => {
  const { orderId, customerId } = Query.parse(raw);
  const found = await findOrder(orderId);
  if (found?.state.customerId !== customerId) return null;
  const { state, version, placedAt } = found;
  const { status, lines, total, reason } = state;
  const why = reason && (status === "REJECTED" || status === "CANCELLED") && { reason };
  return { orderId, status: customerStatus(state), version, lines, total, ...why, placedAt };
};
