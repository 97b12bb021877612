import { currentTrace } from "@petstore/core/context";
import { sagaStep } from "@petstore/core/saga-step";
import { paymentOf } from "@petstore/events/ids";
import { CancellationRequested } from "@petstore/events/orders";
import * as z from "zod";
import { provider } from "../adapters/provider-account.ts";
import { settle } from "../adapters/settle.ts";
import { isGivenBack } from "../domain/payment.ts";

/** Executions that began before there was a second cause say none. */
const Input = CancellationRequested.schema.extend({
  cause: z.enum(["cancellation", "failure"]).default("cancellation"),
});

/** Gives the money back, once, however often it is asked. What was never taken, and will not be, is given up instead. */
export const handler = sagaStep(Input, ({ orderId, total, cause }) => {
  const id = paymentOf(orderId);
  return settle(id, {
    command: { type: "RefundPayment", amount: total, cause, trace: currentTrace() },
    isSettled: (state) => isGivenBack(state, cause),
    ask: ({ status }) =>
      status === "captured" ? provider.refund(id, total, cause) : provider.void(id),
  });
});
