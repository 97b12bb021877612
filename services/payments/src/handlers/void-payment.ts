import { currentTrace } from "@petstore/core/context";
import { sagaStep } from "@petstore/core/saga-step";
import { paymentOf } from "@petstore/events/ids";
import { OrderPlaced } from "@petstore/events/orders";
import { provider } from "../adapters/provider-account.ts";
import { needsAttention, settle } from "../adapters/settle.ts";
import { isOff } from "../domain/payment-state.ts";

/** Undoes authorize-payment, whatever became of it. Where the provider was never asked, nothing but our tombstone is needed. */
export const handler = sagaStep(OrderPlaced.schema, ({ orderId }) => {
  const id = paymentOf(orderId);
  return settle(id, {
    command: { type: "VoidPayment", trace: currentTrace() },
    isDone: isOff,
    ask: () => provider.void(id),
    whenRefused: needsAttention("VoidPayment"),
  });
});
