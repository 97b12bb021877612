import { OrderId } from "@petstore/events/ids";
import * as z from "zod";
import { ordersNow, pageOfOrders, whichExist } from "../adapters/state-books.ts";

const Ids = z.array(OrderId.schema).max(100);
const Question = z.union([
  z.object({ after: z.string().nullable() }),
  z.object({ orderIds: Ids }),
  z.object({ exist: Ids }),
]);

/** States the orders to whoever compares books: a page of all of them, these as they stand now, or which of these there are. */
export const handler = async (raw: unknown) => {
  const question = Question.parse(raw);
  if ("after" in question) return pageOfOrders(question.after);
  if ("exist" in question) return whichExist(question.exist);
  return ordersNow(question.orderIds);
};
