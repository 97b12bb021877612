import { OrderId } from "@petstore/events/ids";
import * as z from "zod";
import { findOrder } from "../adapters/order-row.ts";
import { lookAfter } from "../adapters/sweep-open-orders.ts";

const Input = z.object({ orderId: OrderId.schema });

/** Sees to it that one order's run has begun and goes on, as the sweeper does for all that are in its list. */
export const handler = async (raw: unknown): Promise<void> => {
  const order = await findOrder(Input.parse(raw).orderId);
  if (order) await lookAfter(order);
};
