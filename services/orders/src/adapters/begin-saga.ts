import { newTrace, traced } from "@petstore/core/context";
import { firstRun, sagaOf } from "../domain/status.ts";
import { findOrder } from "./order-row.ts";
import { executionOf, findExecution, startSaga } from "./sagas.ts";

type Order = NonNullable<Awaited<ReturnType<typeof findOrder>>>;

/** The state machine of a saga, by the saga's name and its own ARN. */
export type Machine = { saga: ReturnType<typeof sagaOf>; arn: string };

/**
 * Begins an order's saga. Its input is made of the order's row, for no event tells what the customer pays with, and its
 * name follows from the row, so that who begins it twice begins nothing.
 */
export const beginSaga = async ({ saga, arn }: Machine, { state, paymentToken }: Order) => {
  const { orderId, customerId, lines, total, reason } = state;
  const input =
    saga === "FulfilOrder" ? { paymentToken } : { cause: reason ? "failure" : "cancellation" };
  await startSaga(arn, firstRun(state), { orderId, customerId, lines, total, ...input });
};

/** The same for an order whose saga should have begun long ago. Nothing where it has. */
export const beginForgottenSaga = async (machine: Machine, order: Order): Promise<void> => {
  if (await findExecution(executionOf(machine.arn, firstRun(order.state)))) return;
  await traced(newTrace(order.id), () => beginSaga(machine, order));
};

/** The same for an order that has to be read first, if this is the saga that it needs now. Throws where there is no order. */
export const beginSagaOf = async (orderId: string, machine: Machine): Promise<void> => {
  const found = await findOrder(orderId);
  if (!found) throw new Error(`There is no order ${orderId}`);
  if (sagaOf(found.state) === machine.saga) await beginSaga(machine, found);
};
