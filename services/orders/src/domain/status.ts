import type * as z from "zod";
import { type OrderState, seenAs } from "./order-state.ts";
import type { Status } from "./requests.ts";

type Placed = Exclude<OrderState, { status: "NEW" }>;

/** An order's status in its customer's words. One that a person has given up needs attention until all is back. */
export const customerStatus = (state: OrderState): z.infer<typeof Status> => {
  switch (state.status) {
    case "NEW":
      return "PENDING";
    case "REJECTED":
    case "NEEDS_ATTENTION":
      return state.status;
    default:
      return state.was ? "NEEDS_ATTENTION" : seenAs(state.status);
  }
};

/** The saga that an order is in the hands of. */
export const sagaOf = ({ status }: Placed) =>
  status === "CANCELLING" ? "ReturnOrder" : "FulfilOrder";

/** The name of its first run: the order's id, and a new one each time that a person sets it going again. */
export const firstRun = ({ orderId, resumed }: Placed): string =>
  resumed ? `${orderId}-${resumed}` : orderId;
