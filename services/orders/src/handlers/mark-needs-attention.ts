import { Failure, sagaStep } from "@petstore/core/saga-step";
import { OrderId } from "@petstore/events/ids";
import * as z from "zod";
import { orders } from "../adapters/orders.ts";
import { Run } from "../domain/run.ts";

const Stuck = z.object({
  orderId: OrderId.schema,
  failedStep: z.string(),
  failure: Failure,
  run: Run.optional(), // absent in executions that an earlier release began
});

/** Where a saga goes when neither forward nor back works: the order says so, and a person looks. */
export const handler = sagaStep(Stuck, ({ orderId, failedStep, failure, run }) =>
  orders(orderId, {
    type: "MarkNeedsAttention",
    step: failedStep,
    cause: (failure.Cause ?? failure.Error).slice(0, 300),
    run,
  }),
);
