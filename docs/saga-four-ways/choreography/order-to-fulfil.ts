import { findOrder } from "../../../services/orders/src/adapters/order-row.ts";
import { runOf } from "../../../services/orders/src/domain/run.ts";

/**
 * A query of the orders context: events tell neither what an order is paid with, nor always what it is made of. Whether it
 * still waits (`isPlaced`) says whether anybody may ask for its money.
 */
export const handler = async ({ orderId }: { orderId: string }) => {
  const found = await findOrder(orderId);
  if (!found) throw new Error(`There is no order ${orderId}`);
  const { customerId, lines, total, resumed, status } = found.state;
  const story = { orderId, customerId, lines, total, resumed, run: runOf(found.state) };
  return { story, card: found.paymentToken, isPlaced: status === "PLACED" };
};
