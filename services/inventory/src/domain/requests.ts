import { defineId } from "@petstore/core/id";
import { ProductId } from "@petstore/events/ids";
import * as z from "zod";

/** A delivery that was taken in: `rcp_01J8…`. */
export const ReceiptId = defineId("rcp");

/** A correction of the books: `adj_01J8…`. */
export const AdjustmentId = defineId("adj");

/** With two events a line at worst, a delivery of forty fits into one transaction of a hundred writes. */
const MAX_LINES = 40;
const MAX_QUANTITY = 100_000;

const once = (lines: readonly { productId: string }[]) =>
  new Set(lines.map(({ productId }) => productId)).size === lines.length;

/** What `POST /stock/receipts` takes: the lines of a delivery, each product once. */
export const NewReceipt = z.strictObject({
  lines: z
    .array(z.strictObject({ productId: ProductId, quantity: z.int().positive().max(MAX_QUANTITY) }))
    .nonempty()
    .max(MAX_LINES)
    .refine(once, "must name each product once"),
});

const Available = z.object({ productId: ProductId, available: z.int().nonnegative() });

/** What it answers: what there is now of each. */
export const Receipt = z.object({ receiptId: ReceiptId.schema, lines: z.array(Available) });

/** What `POST /stock/adjustments` takes: how far the books were wrong, and why. */
export const NewAdjustment = z.strictObject({
  productId: ProductId,
  quantity: z
    .int()
    .min(-MAX_QUANTITY)
    .max(MAX_QUANTITY)
    .refine((quantity) => quantity !== 0, "must not be zero"),
  reason: z.string().trim().min(1).max(200),
});

/** What it answers: what there is now. */
export const Adjustment = Available.extend({ adjustmentId: AdjustmentId.schema });
