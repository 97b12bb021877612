import type { OrderState } from "../../services/orders/src/domain/order-state.ts";
import { customerStatus } from "../../services/orders/src/domain/status.ts";
import { catchUp } from "../../services/read-side/src/domain/order-now.ts";
import { type OrderRow, toAnswer } from "../../services/read-side/src/domain/order-view.ts";
import type { Plain } from "./canonical.ts";

/** What a customer is answered, and of what it is made. */
export type Answer = { from: "the view" | "the order itself"; body: Plain };

/** What find-order of the orders context says of an order's row. */
const orderNow = ({ state, version, placedAt }: Plain) => {
  const placed = state as Exclude<OrderState, { status: "NONE" }> & { reason?: unknown };
  const { orderId, lines, total, status, reason } = placed as unknown as Plain;
  const why = reason && (status === "REJECTED" || status === "CANCELLED") ? { reason } : {};
  return {
    orderId,
    status: customerStatus(placed as never),
    version,
    lines,
    total,
    ...why,
    placedAt,
  };
};

/**
 * What GET /orders/{id} answers while the rows are these, by the services' own rules and without asking, for to look is to leave
 * no trace. Undefined where there is no such order.
 */
export const answerOf = (view: Plain | undefined, order: Plain | undefined): Answer | undefined => {
  const row = view as OrderRow | undefined;
  if (row?.customerId) return { from: "the view", body: toAnswer(row) };
  if (!order) return undefined;
  const now = orderNow(order) as unknown as Parameters<typeof catchUp>[1];
  return { from: "the order itself", body: catchUp(row, now) };
};
