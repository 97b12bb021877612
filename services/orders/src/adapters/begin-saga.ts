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
  // Cancelled before anything had begun, it holds nothing. Where a run had, that is under way under this name already.
  if (state.status === "CANCELLED" && !state.resumed) return;
  const { orderId, customerId, lines, total, reason, cause, resumed } = state;
  const order = { orderId, customerId, lines, total, run };
  // An order that was on its way back before rows told the cause has a reason where the failure was ours.
  const why = { cause: cause ?? (reason ? "failure" : "cancellation") };
  await startSaga(arn, run.name, {
    ...order,
    ...(saga === "FulfilOrder" ? { paymentToken, ...(resumed && { resumed }) } : why),
  });
};

/** The same for an order that has to be read first. Throws where there is no order. */
export const beginSagaOf = async (orderId: string, machine: Machine): Promise<void> => {
  const found = await findOrder(orderId);
  if (!found) throw new Error(`There is no order ${orderId}`);
  await beginSaga(machine, found);
};
