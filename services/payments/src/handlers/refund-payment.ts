import { currentTrace } from "@petstore/core/context";
import { sagaStep } from "@petstore/core/saga-step";
import { paymentOf } from "@petstore/events/ids";
import { CancellationRequested } from "@petstore/events/orders";
import * as z from "zod";
import { giveBack } from "../adapters/give-back.ts";
import { needsAttention, settle } from "../adapters/settle.ts";
import { isGivenBack } from "../domain/payment.ts";

/** Executions that an earlier release began have no cause: there was only the customer's cancellation. */
const Input = CancellationRequested.schema.extend({
  cause: z.enum(["cancellation", "failure"]).default("cancellation"),
});

/** Gives the money back, once, however often it is asked and for whatever causes. What was not taken yet is given up instead. */
export const handler = sagaStep(Input, ({ orderId, cause }) => {
  const id = paymentOf(orderId);
  return settle(id, {
    command: { type: "RefundPayment", cause, trace: currentTrace() },
    isDone: isGivenBack,
    ask: (state) => giveBack(id, state),
    whenRefused: needsAttention("RefundPayment"),
  });
});
