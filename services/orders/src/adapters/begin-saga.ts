import { Resource } from "sst";
import { findOrder } from "./orders.ts";
import { startSaga } from "./sagas.ts";

type Order = NonNullable<Awaited<ReturnType<typeof findOrder>>>;

/** Begins the saga of a placed order. Its input is made of the order's row, for no event tells what the customer pays with. */
export const beginFulfilment = ({ id, state, paymentToken }: Order) => {
  const { orderId, customerId, lines, total } = state;
  const input = { orderId, customerId, lines, total, paymentToken };
  return startSaga(Resource.FulfilOrder.arn, id, input);
};

/** The same, for an order that has to be read first. Throws where there is none. */
export const beginFulfilmentOf = async (orderId: string) => {
  const found = await findOrder(orderId);
  if (!found) throw new Error(`There is no order ${orderId}`);
  return beginFulfilment(found);
};
