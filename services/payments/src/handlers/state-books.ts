import { OrderId } from "@petstore/events/ids";
import * as z from "zod";
import { pageOfPayments, pageOfProvider, paymentsNow } from "../adapters/state-books.ts";

const Ids = z.array(OrderId.schema).max(100);
const Question = z.union([
  z.object({ orderIds: Ids, asking: Ids }),
  z.object({ of: z.enum(["us", "provider"]), after: z.string().nullable() }),
]);

/** States the payments to whoever compares books: these, or whose there are on a page of our ledger or of the provider's. */
export const handler = async (raw: unknown) => {
  const question = Question.parse(raw);
  if ("orderIds" in question) return paymentsNow(question.orderIds, question.asking);
  return question.of === "us" ? pageOfPayments(question.after) : pageOfProvider(question.after);
};
