import type { Decider } from "@petstore/core/decider";
import { totalOf } from "@petstore/core/money";
import { ok, type Refusal, refuse } from "@petstore/core/result";
import {
  CancellationRequested,
  FulfilmentFailed,
  OrderAbandoned,
  OrderCancelled,
  OrderConfirmed,
  type OrderEvent,
  OrderPlaced,
  OrderRejected,
} from "@petstore/events/orders";
import { type AttentionCommand, decideAttention } from "./attention.ts";
import { type Basket, evolve, type OrderState } from "./order-state.ts";

export type OrderCommand =
  | ({ type: "PlaceOrder" } & Basket)
  | { type: "ConfirmOrder" }
  | { type: "AbandonOrder"; reason: Refusal }
  | { type: "RejectOrder"; reason: Refusal }
  | { type: "CancelOrder" }
  | { type: "CloseOrder" }
  | { type: "GiveUpOrder"; reason: Refusal }
  | AttentionCommand;

export type OrderRefusal = Refusal<
  | "MixedCurrencies"
  | "SumTooLarge"
  | "NothingToPay"
  | "NoSuchOrder"
  | "NotPlacedAnyMore"
  | "AlreadyConfirmed"
  | "AlreadyRejected"
  | "NeedsAttention"
  | "NeedsNoAttention"
  | "NotConfirmed"
>;

/** The rulebook of an order. ConfirmOrder, AbandonOrder and CancelOrder compete for PLACED: exactly one of them wins. */
export const order: Decider<OrderState, OrderCommand, OrderEvent, OrderRefusal> = {
  initial: { status: "NEW" },

  decide(state, command) {
    if (command.type === "PlaceOrder") {
      if (state.status !== "NEW") return ok([]);
      const total = totalOf(command.lines);
      if (!total.ok) return total;
      if (total.value.amount === 0)
        return refuse("NothingToPay", "There is nothing to pay for it.");
      return ok([OrderPlaced({ ...command, total: total.value })]);
    }
    if (state.status === "NEW") return refuse("NoSuchOrder", "There is no such order.");

    const { status, orderId, customerId, confirmed, closed, reason, total } = state;
    const who = { orderId, customerId };
    // What was closed once before is off the books already.
    const sale = confirmed && !closed && { sale: total };
    const cancelled = OrderCancelled({ ...who, reason, ...sale });
    switch (command.type) {
      case "ConfirmOrder":
        if (status === "PLACED") return ok([OrderConfirmed(state)]);
        // Whatever came after the confirmation, confirming it was the answer then, and is now.
        return confirmed
          ? ok([])
          : refuse("NotPlacedAnyMore", `The order is ${status.toLowerCase()}.`);

      case "AbandonOrder":
        if (status === "PLACED") return ok([OrderAbandoned({ ...who, reason: command.reason })]);
        if (confirmed)
          return refuse("AlreadyConfirmed", "The order is confirmed: only forward from here.");
        return ok([]);

      case "RejectOrder":
        if (status !== "REJECTING") return ok([]);
        return ok([OrderRejected({ ...who, reason: reason ?? command.reason })]);

      case "CancelOrder":
        if (status === "PLACED") return ok([cancelled]);
        if (status === "CONFIRMED") return ok([CancellationRequested(state)]);
        if (status === "NEEDS_ATTENTION")
          return refuse("NeedsAttention", "We are looking into this order already.");
        if (status === "REJECTED")
          return refuse("AlreadyRejected", "The order was rejected; there is nothing to cancel.");
        return ok([]); // it is off already, or about to be

      case "CloseOrder":
        return ok(status === "CANCELLING" ? [cancelled] : []);

      case "GiveUpOrder":
        if (status === "CONFIRMED")
          return ok([FulfilmentFailed({ ...state, reason: command.reason })]);
        if (confirmed) return ok([]); // it is on its way back already, or a person looks
        return refuse("NotConfirmed", `The order is ${status.toLowerCase()}.`);

      default:
        return decideAttention(state, command);
    }
  },

  evolve,
};
