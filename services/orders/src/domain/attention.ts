import { ok, type Refusal, type Result, refuse } from "@petstore/core/result";
import type { CustomerId } from "@petstore/events/ids";
import {
  FulfilmentFailed,
  type OrderEvent,
  OrderNeedsAttention,
  OrderResumed,
} from "@petstore/events/orders";
import { isFinal, type Placed, seenAs } from "./order-state.ts";
import { isRunOf, type Run } from "./run.ts";

/** How an order comes to need a person's attention, and what a person (`by`) may decide about it. */
export type AttentionCommand =
  /** `run` is the run that calls for a person; absent where an earlier release began it. */
  | { type: "MarkNeedsAttention"; step: string; cause: string; run?: Run | undefined }
  | { type: "ResumeOrder"; reason: string; by: CustomerId }
  | { type: "CloseByShop"; reason: Refusal; by: CustomerId };

/** The part of an order's rulebook that is about attention. */
export const decideAttention = (
  state: Placed,
  command: AttentionCommand,
): Result<OrderEvent[], Refusal<"NeedsNoAttention">> => {
  const { status, orderId, customerId } = state;
  const who = { orderId, customerId };
  const isStuck = status === "NEEDS_ATTENTION";
  const fine = refuse("NeedsNoAttention", `The order is ${status.toLowerCase()}.`);

  switch (command.type) {
    case "MarkNeedsAttention": {
      const { step, cause, run } = command;
      const isOver = run && !isRunOf(state, run);
      if (isStuck || isFinal(state) || isOver) return ok([]);
      return ok([OrderNeedsAttention({ ...who, step, cause })]);
    }
    case "ResumeOrder": {
      if (!isStuck) return state.resumed ? ok([]) : fine;
      const { by, reason } = command;
      const was = state.was ?? "PLACED";
      const returns = was === "CANCELLING" && { returns: true as const };
      return ok([OrderResumed({ ...who, by, reason, status: seenAs(was, state), ...returns })]);
    }
    case "CloseByShop": {
      const { by, reason } = command;
      if (isStuck) return ok([FulfilmentFailed({ ...state, reason, by })]);
      return status === "CANCELLING" || status === "CANCELLED" ? ok([]) : fine;
    }
  }
};
