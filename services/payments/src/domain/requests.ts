import { Money } from "@petstore/core/money";
import { OrderId } from "@petstore/events/ids";
import * as z from "zod";

/** What `POST /payments/{orderId}/refunds` takes. The reason goes into an event: no personal data, please. */
export const NewRefund = z.strictObject({
  amount: z.strictObject({ ...Money.shape, amount: z.int().positive() }),
  reason: z.string().trim().min(1).max(200),
});

/** What it answers: what was written down. */
export const RecordedRefund = NewRefund.extend({ orderId: OrderId.schema });
