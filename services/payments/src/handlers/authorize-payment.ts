import { sagaStep } from "@petstore/core/saga-step";
import { paymentOf } from "@petstore/events/ids";
import { OrderPlaced } from "@petstore/events/orders";
import * as z from "zod";
import { authorizePayment } from "../adapters/authorize-payment.ts";

const Input = OrderPlaced.schema.extend({
  paymentToken: z.string().min(1).max(64),
  taskToken: z.string().min(1).max(2048),
});

/** Asks the provider to reserve the money. The saga waits until somebody answers its task token: mostly receive-webhook. */
export const handler = sagaStep(Input, ({ orderId, total, paymentToken, taskToken }) =>
  authorizePayment(paymentOf(orderId), { total, card: paymentToken, taskToken }),
);
