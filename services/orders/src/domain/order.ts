import type { Decider } from "@petstore/core/decider";
import { add, type Money, times } from "@petstore/core/money";
import { ok, type Refusal, refuse } from "@petstore/core/result";
import type { CustomerId } from "@petstore/events/ids";
import {
  CancellationRequested,
  FulfilmentFailed,
  OrderAbandoned,
  OrderCancelled,
  OrderConfirmed,
  type OrderEvent,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRejected,
  OrderResumed,
} from "@petstore/events/orders";
import { type Basket, evolve, type OrderState, seenAs } from "./order-state.ts";

export type OrderCommand =
  | ({ type: "PlaceOrder" } & Basket)
  | { type: "ConfirmOrder" }
  | { type: "AbandonOrder"; reason: Refusal }
  | { type: "RejectOrder"; reason: Refusal }
  | { type: "CancelOrder" }
  | { type: "CloseOrder" }
  | { type: "GiveUpOrder"; reason: Refusal; by?: CustomerId }
  | { type: "ResumeOrder"; reason: string; by: CustomerId }
  | { type: "MarkNeedsAttention"; step: string; cause: string };

export type OrderRefusal = Refusal<
  | "NoSuchOrder"
  | "NotPlacedAnyMore"
  | "AlreadyConfirmed"
  | "AlreadyRejected"
  | "NeedsAttention"
  | "NeedsNoAttention"
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

    const { status, orderId, customerId, confirmed, reason, total } = state;
    const who = { orderId, customerId };
    const cancelled = OrderCancelled({ ...who, reason, ...(confirmed && { sale: total }) });
    const fine = refuse("NeedsNoAttention", `The order is ${status.toLowerCase()}.`);
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
        if (status === "CANCELLING" || status === "CANCELLED") return ok([]);
        if (status === "NEEDS_ATTENTION")
          return refuse("NeedsAttention", "We are looking into this order already.");
        return refuse("AlreadyRejected", "The order was rejected; there is nothing to cancel.");

      case "CloseOrder":
        return ok(status === "CANCELLING" ? [cancelled] : []);

      case "GiveUpOrder": {
        // A saga gives up what it has confirmed, a person what needs attention. What is on its way back stays so.
        const { by, reason: why } = command;
        if (status === (by ? "NEEDS_ATTENTION" : "CONFIRMED"))
          return ok([FulfilmentFailed({ ...state, reason: why, by })]);
        const left = status === "CANCELLING" || status === "CANCELLED";
        return left || (status === "NEEDS_ATTENTION" && !by) ? ok([]) : fine;
      }
      case "ResumeOrder": {
        if (status !== "NEEDS_ATTENTION") return state.resumed ? ok([]) : fine;
        const { by, reason: why } = command;
        const again = seenAs(state.was ?? "PLACED");
        return ok([OrderResumed({ ...who, by, reason: why, status: again })]);
      }

      case "MarkNeedsAttention": {
        // Rejected: all was undone before its saga was lost. There is nothing to look at.
        if (status === "NEEDS_ATTENTION" || status === "REJECTED") return ok([]);
        const { step, cause } = command;
        return ok([OrderNeedsAttention({ ...who, step, cause })]);
      }
    }
  },

  evolve,
};
