import { OrderId, ProductId } from "@petstore/events/ids";
import * as z from "zod";

const MAX_LINES = 20;
const MAX_QUANTITY = 100;

const WantedLine = z.strictObject({
  productId: ProductId,
  quantity: z.int().min(1).max(MAX_QUANTITY),
});

/** What a customer may send: products and quantities. Prices are ours; an extra member is refused. */
export const NewOrder = z.strictObject({
  lines: z
    .array(WantedLine)
    .min(1)
    .max(MAX_LINES)
    .refine((lines) => new Set(lines.map(({ productId }) => productId)).size === lines.length, {
      message: "must name each product once",
    }),
  paymentToken: z
    .string()
    .regex(/^tok_[a-z0-9_]{1,60}$/, "must be a token of the payment provider (tok_…)"),
});

/** What an administrator says who resumes or closes an order. It goes into an event: no personal data, please. */
export const Decision = z.strictObject({ reason: z.string().trim().min(1).max(200) });

/** The status of an order as its customer sees it. */
export const Status = z.enum(["PENDING", "CONFIRMED", "REJECTED", "CANCELLED", "NEEDS_ATTENTION"]);

/** What a command answers: the order, its status, and the version that a query may ask for. */
export const Accepted = z.object({
  orderId: OrderId.schema,
  status: Status,
  version: z.int().positive(),
});
