import { CustomerId } from "@petstore/events/ids";
import * as z from "zod";
import type { Contact } from "./contact.ts";

/** What Cognito says of somebody who has just confirmed that they signed up. */
export const SignUp = z.object({
  triggerSource: z.literal("PostConfirmation_ConfirmSignUp"),
  request: z.object({
    userAttributes: z.object({
      sub: z.string(),
      email: z.string(),
      name: z.string().optional(),
    }),
  }),
});

/** How to reach them. Their name is theirs to give, and nobody asks for it when they sign up. */
export const contactOf = ({ request }: z.infer<typeof SignUp>): Contact => {
  const { sub, email, name } = request.userAttributes;
  return {
    customerId: CustomerId.parse(`cus_${sub}`),
    email,
    name: name?.trim().slice(0, 80) || "dear customer",
  };
};
