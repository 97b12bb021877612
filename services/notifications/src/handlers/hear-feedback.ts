import { CustomerId } from "@petstore/events/ids";
import * as z from "zod";
import { markUnreachable } from "../adapters/contacts.ts";

/** The tags of an e-mail that we sent, as SES brings them back: each with a list of values. Those to staff name no customer. */
const Tags = z.object({ customer: z.tuple([CustomerId]).optional() });

/** Hears of e-mails that bounced for good, and of complaints: the customer is not written to again. */
export const handler = async (raw: unknown): Promise<void> => {
  const { customer: [customerId] = [] } = Tags.parse(raw);
  if (customerId) await markUnreachable(customerId);
};
