import { ok, refuse } from "@petstore/core/result";
import { customerStatus } from "../domain/status.ts";
import { findOrder } from "./order-row.ts";
import { orders } from "./orders.ts";

/** Cancels a customer's own order. Somebody else's answers like one that does not exist. */
export const cancelOrder = async (orderId: string, customerId: string) => {
  const found = await findOrder(orderId);
  if (found?.state.customerId !== customerId)
    return refuse("NoSuchOrder", "There is no such order.");
  const result = await orders(orderId, { type: "CancelOrder" });
  if (!result.ok) return result;
  const { state, version } = result.value;
  return ok({ orderId, status: customerStatus(state), version });
};
