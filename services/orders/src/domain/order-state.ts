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
      /** Why its money goes back. It stays what it was first, for under that word the money may have gone back already. */
      cause?: "cancellation" | "failure";
      /** Its money and stock have come back. */
      closed?: true | undefined;
    } & Basket);

/** An order that there is. */
export type Placed = Exclude<OrderState, { status: "NEW" }>;

/**
 * Whether all is over, and nothing that a saga says afterwards changes it. An order that was cancelled before it was
 * confirmed is not: its run still gives back what it holds.
 */
export const isFinal = ({ status, closed }: Placed): boolean =>
  status === "REJECTED" || (status === "CANCELLED" && closed === true);

/** What a customer reads of it: what is being undone is still pending, what is being returned still what it was. */
export const seenAs = (status: Moving, { confirmed }: { confirmed?: true }) => {
  if (status === "CONFIRMED" || status === "CANCELLED") return status;
  return status === "CANCELLING" && confirmed ? "CONFIRMED" : "PENDING";
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
      return { ...state, status: "CANCELLING", cause: "cancellation" };
    case FulfilmentFailed.type: {
      const { reason, by } = event.data;
      const resumed = (state.resumed ?? 0) + (by ? 1 : 0);
      return { ...state, status: "CANCELLING", reason, resumed, cause: state.cause ?? "failure" };
    }
    case OrderCancelled.type: {
      const closed = state.status === "CANCELLING" ? true : state.closed;
      return { ...state, status: "CANCELLED", was: undefined, closed };
    }
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
