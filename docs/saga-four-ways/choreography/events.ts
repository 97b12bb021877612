import { defineEvent } from "@petstore/core/event";
import { OrderId } from "@petstore/events/ids";
import { OrderPlaced } from "@petstore/events/orders";
import * as z from "zod";

/** What the contexts hand on to each other: the order as it was placed, and what failed, where something has. */
const Story = OrderPlaced.schema.extend({
  run: z.unknown().optional(),
  resumed: z.int().positive().optional(),
  /** Somebody asked for all of it to be told again: what was done before is done, and told, again. */
  again: z.literal(true).optional(),
  failedStep: z.string().optional(),
  failure: z.object({ Error: z.string(), Cause: z.string() }).optional(),
});
export type Story = z.infer<typeof Story>;

/** Names an order of which all has to be told again: the sweeper, or a person who resumes it, asks for that. */
export const AskedAgain = defineEvent(
  "fulfilment.AskedAgain.v1",
  z.object({ orderId: OrderId.schema }),
);

/** Down: each says that a rung was done. */
export const StockHeld = defineEvent("fulfilment.StockHeld.v1", Story);
export const PaymentHeld = defineEvent("fulfilment.PaymentHeld.v1", Story);
export const OrderSure = defineEvent("fulfilment.OrderSure.v1", Story);
export const PaymentTaken = defineEvent("fulfilment.PaymentTaken.v1", Story);

/** Across: a step was refused, and the order was turned back. */
export const StepRefused = defineEvent("fulfilment.StepRefused.v1", Story);
export const TurnedBack = defineEvent("fulfilment.TurnedBack.v1", Story);

/** Up: each says that an undo was done. */
export const PaymentGivenUp = defineEvent("fulfilment.PaymentGivenUp.v1", Story);
export const StockGivenUp = defineEvent("fulfilment.StockGivenUp.v1", Story);
