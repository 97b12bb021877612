import { CustomerId } from "@petstore/events/ids";
import * as z from "zod";

/** How we reach a customer. This context is the only one that knows. */
export const Contact = z.object({
  customerId: CustomerId,
  email: z.email().max(254),
  name: z.string().trim().min(1).max(80),
});
export type Contact = z.infer<typeof Contact>;
