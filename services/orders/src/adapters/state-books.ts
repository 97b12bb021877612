import { runOf } from "../domain/run.ts";
import { arnOf } from "./machines.ts";
import { findOrder, type Order, OrderRow } from "./order-row.ts";
import { newestOf } from "./sagas.ts";

/** What this context says of an order to whoever compares books. `running` where somebody looked. */
const stated = ({ version, placedAt, state }: Order, running?: boolean) => {
  const { orderId, customerId, lines, total, status, confirmed, closed } = state;
  return {
    ...{ orderId, customerId, lines, total, status, version, placedAt },
    ...{ confirmed: confirmed === true, closed: closed === true },
    ...(running !== undefined && { running }),
  };
};

/** A page of all orders, in no order that means anything, and where the next begins. */
export const pageOfOrders = async (after: string | null) => {
  const { data, cursor } = await OrderRow.scan.go({ cursor: after, limit: 100 });
  return { orders: data.map((row) => stated(row as Order)), next: cursor };
};

/** One order as it stands now, and whether a saga has it in hand. */
const orderNow = async (orderId: string) => {
  const order = await findOrder(orderId);
  if (!order) return [];
  const run = runOf(order.state);
  const newest = run && (await newestOf(arnOf(run), run.name));
  return [stated(order, newest?.status === "RUNNING")];
};

/** These orders as they stand now; those that there are not are left out. */
export const ordersNow = async (orderIds: readonly string[]) =>
  (await Promise.all(orderIds.map(orderNow))).flat();

/** Which of these orders there are. */
export const whichExist = async (orderIds: readonly string[]) => {
  const { data } = await OrderRow.get(orderIds.map((id) => ({ id }))).go();
  return data.map(({ id }) => id);
};
