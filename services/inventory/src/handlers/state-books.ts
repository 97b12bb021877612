import { OrderId, ProductId } from "@petstore/events/ids";
import * as z from "zod";
import { pageOfStock, reservationsNow, stockNow } from "../adapters/state-books.ts";

const Question = z.union([
  z.object({ after: z.string().nullable() }),
  z.object({ orderIds: z.array(OrderId.schema).max(100) }),
  z.object({ productIds: z.array(ProductId).max(100) }),
]);

/** States reservations and stock to whoever compares books: a page of all, or these as they are now. */
export const handler = async (raw: unknown) => {
  const question = Question.parse(raw);
  if ("after" in question) return pageOfStock(question.after);
  if ("orderIds" in question) return reservationsNow(question.orderIds);
  return stockNow(question.productIds);
};
