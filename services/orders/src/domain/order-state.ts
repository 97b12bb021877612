import type { Money } from "@petstore/core/money";
import type { Refusal } from "@petstore/core/result";
import type { CustomerId, OrderId } from "@petstore/events/ids";
import {
  CancellationRequested,
  FulfilmentFailed,
  OrderAbandoned,
  OrderCancelled,
  OrderConfirmed,
  type OrderEvent,
  type OrderLine,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRejected,
  OrderResumed,
} from "@petstore/events/orders";

/** What the order's customer has ordered: all that its events repeat. */
export type Basket = {
  orderId: OrderId;
  customerId: CustomerId;
  lines: OrderLine[];
};

/** PLACED may still go either way; REJECTING and CANCELLING are on their way to -ED. */
type Moving = "PLACED" | "CONFIRMED" | "REJECTING" | "CANCELLING" | "CANCELLED";

/** An order. `confirmed` once the pivot was taken, whatever came after it. */
export type OrderState =
  | { status: "NEW" }
  | ({
      status: Moving | "REJECTED" | "NEEDS_ATTENTION";
      total: Money;
      confirmed?: true;
      /** What it was before it needed attention. */
      was?: Moving | undefined;
      /** How often a person has set it going again: each time its saga begins anew. */
      resumed?: number;
      reason?: Refusal;
    } & Basket);

/** What a customer reads of it: what is being undone is still pending, what is being returned still confirmed. */
export const seenAs = (status: Moving) => {
  if (status === "PLACED" || status === "REJECTING") return "PENDING";
  return status === "CANCELLING" ? "CONFIRMED" : status;
};

/** An order after one more event. */
export const evolve = (state: OrderState, event: OrderEvent): OrderState => {
  if (event.type === OrderPlaced.type) return { ...event.data, status: "PLACED" };
  if (state.status === "NEW") return state;
  switch (event.type) {
    case OrderConfirmed.type:
      return { ...state, status: "CONFIRMED", confirmed: true };
    case OrderAbandoned.type:
      return { ...state, status: "REJECTING", reason: event.data.reason };
    case OrderRejected.type:
      return { ...state, status: "REJECTED" };
    case CancellationRequested.type:
      return { ...state, status: "CANCELLING" };
    case FulfilmentFailed.type: {
      const resumed = (state.resumed ?? 0) + (event.data.by ? 1 : 0);
      return { ...state, status: "CANCELLING", reason: event.data.reason, resumed };
    }
    case OrderCancelled.type:
      return { ...state, status: "CANCELLED" };
    case OrderNeedsAttention.type:
      return { ...state, status: "NEEDS_ATTENTION", was: state.status as Moving };
    case OrderResumed.type:
      return {
        ...state,
        status: state.was ?? "PLACED",
        was: undefined,
        resumed: (state.resumed ?? 0) + 1,
      };
  }
};
