import { sagaStep } from "@petstore/core/saga-step";
import { paymentOf } from "@petstore/events/ids";
import { CancellationRequested } from "@petstore/events/orders";
import { provider } from "../adapters/provider-account.ts";
import { settle } from "../adapters/settle.ts";

/** Gives the money back for a cancelled order, once, however often it is asked. */
export const handler = sagaStep(CancellationRequested.schema, ({ orderId, total }) => {
  const id = paymentOf(orderId);
  return settle(id, {
    command: { type: "RefundPayment", amount: total, cause: "cancellation" },
    isSettled: ({ refunds }) => refunds.cancellation !== undefined,
    ask: () => provider.refund(id, total, "cancellation"),
  });
});
