import type { Decider } from "@petstore/core/decider";
import { add, type Money, times } from "@petstore/core/money";
import { ok, type Refusal, refuse } from "@petstore/core/result";
import type { CustomerId, OrderId } from "@petstore/events/ids";
import {
  CancellationRequested,
  OrderAbandoned,
  OrderCancelled,
  OrderConfirmed,
  type OrderEvent,
  type OrderLine,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRejected,
} from "@petstore/events/orders";

/** What the order's customer has ordered: all that its events repeat. */
export type Basket = {
  orderId: OrderId;
  customerId: CustomerId;
  lines: OrderLine[];
};

/** PLACED may still go either way; CONFIRMED is past the pivot; REJECTING and CANCELLING are on their way to -ED. */
export type OrderState =
  | { status: "NEW" }
  | ({
      status:
        | "PLACED"
        | "CONFIRMED"
        | "REJECTING"
        | "REJECTED"
        | "CANCELLING"
        | "CANCELLED"
        | "NEEDS_ATTENTION";
      total: Money;
      reason?: Refusal;
    } & Basket);

export type OrderCommand =
  | ({ type: "PlaceOrder" } & Basket)
  | { type: "ConfirmOrder" }
  | { type: "AbandonOrder"; reason: Refusal }
  | { type: "RejectOrder"; reason: Refusal }
  | { type: "CancelOrder" }
  | { type: "CloseOrder" }
  | { type: "MarkNeedsAttention"; step: string; cause: string };

export type OrderRefusal = Refusal<
  "NoSuchOrder" | "NotPlacedAnyMore" | "AlreadyConfirmed" | "AlreadyRejected" | "NeedsAttention"
>;

/** The sum of an order's lines, at the prices of our catalogue. */
const totalOf = (lines: Basket["lines"]): Money =>
  lines.map(({ unitPrice, quantity }) => times(unitPrice, quantity)).reduce(add);

/** The rulebook of an order. ConfirmOrder, AbandonOrder and CancelOrder compete for PLACED: exactly one of them wins. */
export const order: Decider<OrderState, OrderCommand, OrderEvent, OrderRefusal> = {
  initial: { status: "NEW" },

  decide(state, command) {
    if (command.type === "PlaceOrder") {
      if (state.status !== "NEW") return ok([]);
      return ok([OrderPlaced({ ...command, total: totalOf(command.lines) })]);
    }
    if (state.status === "NEW") return refuse("NoSuchOrder", "There is no such order.");

    const { status, orderId, customerId } = state;
    switch (command.type) {
      case "ConfirmOrder":
        if (status === "PLACED") return ok([OrderConfirmed(state)]);
        // Whatever came after the confirmation, confirming it was the answer then, and is now.
        if (status === "CONFIRMED" || status === "CANCELLING") return ok([]);
        return refuse("NotPlacedAnyMore", `The order is ${status.toLowerCase()}.`);

      case "AbandonOrder":
        if (status === "PLACED")
          return ok([OrderAbandoned({ orderId, customerId, reason: command.reason })]);
        if (status === "CONFIRMED" || status === "CANCELLING")
          return refuse("AlreadyConfirmed", "The order is confirmed: only forward from here.");
        return ok([]);

      case "RejectOrder":
        if (status !== "REJECTING") return ok([]);
        return ok([OrderRejected({ orderId, customerId, reason: state.reason ?? command.reason })]);

      case "CancelOrder":
        if (status === "PLACED") return ok([OrderCancelled({ orderId, customerId })]);
        if (status === "CONFIRMED") return ok([CancellationRequested(state)]);
        if (status === "CANCELLING" || status === "CANCELLED") return ok([]);
        if (status === "NEEDS_ATTENTION")
          return refuse("NeedsAttention", "We are looking into this order already.");
        return refuse("AlreadyRejected", "The order was rejected; there is nothing to cancel.");

      case "CloseOrder":
        if (status !== "CANCELLING") return ok([]);
        return ok([OrderCancelled({ orderId, customerId })]);

      case "MarkNeedsAttention": {
        // Rejected: all was undone before its saga was lost. There is nothing to look at.
        if (status === "NEEDS_ATTENTION" || status === "REJECTED") return ok([]);
        const { step, cause } = command;
        return ok([OrderNeedsAttention({ orderId, customerId, step, cause })]);
      }
    }
  },

  evolve(state, event) {
    if (event.type === OrderPlaced.type) return { ...event.data, status: "PLACED" };
    if (state.status === "NEW") return state;
    switch (event.type) {
      case OrderConfirmed.type:
        return { ...state, status: "CONFIRMED" };
      case OrderAbandoned.type:
        return { ...state, status: "REJECTING", reason: event.data.reason };
      case OrderRejected.type:
        return { ...state, status: "REJECTED" };
      case CancellationRequested.type:
        return { ...state, status: "CANCELLING" };
      case OrderCancelled.type:
        return { ...state, status: "CANCELLED" };
      case OrderNeedsAttention.type:
        return { ...state, status: "NEEDS_ATTENTION" };
    }
  },
};
