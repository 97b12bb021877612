import type * as z from "zod";
import type { OrderState } from "./order.ts";
import type { Status } from "./requests.ts";

/** An order's status in its customer's words: what is being undone is still pending, what is being returned still confirmed. */
export const customerStatus = ({ status }: OrderState): z.infer<typeof Status> => {
  switch (status) {
    case "NEW":
    case "PLACED":
    case "REJECTING":
      return "PENDING";
    case "CANCELLING":
      return "CONFIRMED";
    default:
      return status;
  }
};
