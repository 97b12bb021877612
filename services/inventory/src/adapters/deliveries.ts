import type { Attempt } from "@petstore/core/idempotency";
import type * as z from "zod";
import {
  AdjustmentId,
  type NewAdjustment,
  type NewReceipt,
  ReceiptId,
} from "../domain/requests.ts";
import type { Shelf } from "../domain/shelf.ts";
import { bookStock } from "./book-stock.ts";

const levelOf = (shelf: Shelf, productId: string) => ({
  productId,
  available: shelf[productId]?.available ?? 0,
});

/** Takes in a delivery. Answers what there is now of each of its products. */
export const receiveStock = (attempt: Attempt, { lines }: z.output<typeof NewReceipt>) => {
  const receiptId = ReceiptId.create();
  return bookStock(
    attempt,
    { type: "receipt", id: receiptId },
    { type: "ReceiveStock", receiptId, lines },
    (shelf) => ({ receiptId, lines: lines.map(({ productId }) => levelOf(shelf, productId)) }),
  );
};

/** Corrects the books after a count. Answers what there is now. */
export const adjustStock = (attempt: Attempt, correction: z.output<typeof NewAdjustment>) => {
  const adjustmentId = AdjustmentId.create();
  return bookStock(
    attempt,
    { type: "adjustment", id: adjustmentId },
    { type: "AdjustStock", adjustmentId, ...correction },
    (shelf) => ({ adjustmentId, ...levelOf(shelf, correction.productId) }),
  );
};
