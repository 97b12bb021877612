import { type Run, runOf } from "../domain/run.ts";
import { findOrder, type Order } from "./order-row.ts";
import { startSaga } from "./sagas.ts";

/** The state machine of a saga, by the saga's name and its own ARN. */
export type Machine = { saga: Run["saga"]; arn: string };

/**
 * Begins an order's run, if this is the saga that it needs now. Its input is made of the order's row, for no event tells what
 * the customer pays with, and its name follows from the row, so that who begins it twice begins nothing.
 */
export const beginSaga = async ({ saga, arn }: Machine, { state, paymentToken }: Order) => {
  const run = runOf(state);
  if (run?.saga !== saga) return;
  // An order that was cancelled before its run began holds nothing. A run that had begun undoes what it did, without another start.
  if (state.status === "CANCELLED" && !state.resumed) return;
  const { orderId, customerId, lines, total, reason, cause, resumed } = state;
  const order = { orderId, customerId, lines, total, run };
  // Rows of earlier releases have no cause. Of those, the ones with a reason failed on our side.
  const why = { cause: cause ?? (reason ? "failure" : "cancellation") };
  await startSaga(arn, run.name, {
    ...order,
    ...(saga === "FulfilOrder" ? { paymentToken, ...(resumed && { resumed, again: true }) } : why),
  });
};

/** The same for an order that has to be read first. Throws where there is no order. */
export const beginSagaOf = async (orderId: string, machine: Machine): Promise<void> => {
  const found = await findOrder(orderId);
  if (!found) throw new Error(`There is no order ${orderId}`);
  await beginSaga(machine, found);
};
