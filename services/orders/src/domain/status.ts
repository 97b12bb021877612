import type * as z from "zod";
import { type OrderState, seenAs } from "./order-state.ts";
import type { Status } from "./requests.ts";

/** An order's status in its customer's words. One that a person has given up needs attention until all is back. */
export const customerStatus = (state: OrderState): z.infer<typeof Status> => {
  switch (state.status) {
    case "NEW":
      return "PENDING";
    case "REJECTED":
    case "NEEDS_ATTENTION":
      return state.status;
    case "CANCELLING":
      return state.was ? "NEEDS_ATTENTION" : seenAs(state.status, state);
    default:
      return seenAs(state.status, state);
  }
};
