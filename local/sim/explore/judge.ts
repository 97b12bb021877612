import type { DomainEvent } from "@petstore/core/event";
import type { Holding } from "../../../services/inventory/src/domain/holding.ts";
import type { OrderState } from "../../../services/orders/src/domain/order-state.ts";
import { firstOf } from "../../../services/orders/src/domain/run-names.ts";
import {
  type PaymentState,
  refunded,
} from "../../../services/payments/src/domain/payment-state.ts";
import { doneOf, type Steps } from "./own-steps.ts";
import { TOTAL, truthOf } from "./provider.ts";
import type { Aggregate, StateOf } from "./rules.ts";
import type { Seen } from "./world.ts";

/** Which status may follow which: written down here a second time, apart from the rulebooks. */
const legal: Record<Aggregate, Record<string, string[]>> = {
  order: {
    PLACED: ["CONFIRMED", "REJECTING", "CANCELLED", "NEEDS_ATTENTION"],
    CONFIRMED: ["CANCELLING", "NEEDS_ATTENTION"],
    REJECTING: ["REJECTED", "NEEDS_ATTENTION"],
    CANCELLING: ["CANCELLED", "NEEDS_ATTENTION"],
    CANCELLED: ["NEEDS_ATTENTION"],
    NEEDS_ATTENTION: ["PLACED", "CONFIRMED", "REJECTING", "CANCELLING", "CANCELLED"],
  },
  stock: {
    NONE: ["HELD", "REFUSED", "RELEASED", "RETURNED"],
    HELD: ["SOLD", "RELEASED", "EXPIRED"],
    EXPIRED: ["HELD", "SOLD", "RELEASED", "RETURNED", "REFUSED"],
    SOLD: ["RETURNED"],
  },
  payment: {
    new: ["requested"],
    requested: ["authorized", "declined", "voided", "captured"],
    authorized: ["captured", "voided"],
  },
  step: { NONE: ["DONE", "UNDONE"], DONE: ["UNDONE"] },
};

const statusOf = (state: OrderState | Holding | PaymentState): string =>
  "reservation" in state ? state.reservation.status : state.status;

const illegalOfSteps = (before: Steps, after: Steps) => {
  for (const [name, { status }] of Object.entries(after)) {
    const from = before[name]?.status ?? "NONE";
    if (from !== status && !legal.step[from]?.includes(status))
      return `I3 ${name} went from ${from} to ${status}`;
  }
  return undefined;
};

/** What is wrong with a step of a rulebook, if anything. */
export const illegalStep = <On extends Aggregate>(
  on: On,
  before: StateOf[On],
  after: StateOf[On],
) => {
  if (on === "step") return illegalOfSteps(before as Steps, after as Steps);
  const [from, to] = [before, after].map((state) =>
    statusOf(state as OrderState | Holding | PaymentState),
  ) as [string, string];
  const isOver = on === "order" && "closed" in before && before.closed && from === "CANCELLED";
  if (from !== to && !isOver && legal[on][from]?.includes(to)) return undefined;
  // A payment writes down much that leaves its status as it is.
  return from === to && on === "payment" ? undefined : `I3 the ${on} went from ${from} to ${to}`;
};

/** Which way an event takes the pivot, if it does. */
export const pivotOf = (before: OrderState["status"], events: readonly DomainEvent[]) => {
  const types = events.map(({ type }) => type.split(".")[1]);
  if (types.includes("OrderConfirmed")) return "confirmed";
  if (types.includes("OrderAbandoned")) return "abandoned";
  return types.includes("OrderCancelled") && before === "PLACED" ? "cancelled" : undefined;
};

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
const WAYS_BACK = ["cancellation", "failure"];

/** What is broken in any state of the world. */
export const brokenNow = ({
  order,
  stock,
  payment,
  provider,
  ghost,
  executions,
}: Seen): string | undefined => {
  if (ghost.broken) return ghost.broken;
  const { authorized, captured, otherSum } = payment;
  const back = refunded(payment);
  const agreed = captured <= authorized || otherSum?.amount === captured;
  if (back > captured || !agreed || authorized > TOTAL.amount)
    return `I1 our ledger: ${back} went back of ${captured} taken of ${authorized} authorised of ${TOTAL.amount}`;
  const returned = sum(Object.values(provider.back));
  const most = provider.payment?.taken?.amount ?? TOTAL.amount;
  if (returned > provider.taken || provider.taken > most)
    return `I1 the provider's ledger: ${returned} went back of ${provider.taken} taken of ${most}`;
  const { available, stocked } = Object.values(stock.shelf)[0] as {
    available: number;
    stocked: number;
  };
  const isTaken = ["HELD", "SOLD"].includes(stock.reservation.status);
  const taken = isTaken ? sum(stock.reservation.lines.map(({ quantity }) => quantity)) : 0;
  if (available < 0 || available + taken !== stocked)
    return `I2 ${available} on the shelf and ${taken} held or sold are not ${stocked}`;
  if (provider.taken > 0 && ghost.pivot !== "confirmed")
    return "I8 money was taken for an order that is not confirmed";
  if (order.status === "CONFIRMED" && WAYS_BACK.some((cause) => provider.back[cause]))
    return "I8 money went back of an order that is confirmed";
  if (stock.reservation.status === "SOLD" && ghost.pivot !== "confirmed")
    return "I8 stock was sold to an order that is not confirmed";
  const live = executions
    .filter(({ status }) => status === "RUNNING")
    .map(({ saga, name }) => `${saga} ${firstOf(name)}`);
  if (new Set(live).size < live.length) return `I17 two executions of ${live[0]} run at once`;
  return undefined;
};

const FINAL = ["CONFIRMED", "REJECTED", "CANCELLED"];

/** What is broken in a state in which nothing moves any more. An order that needs attention waits for a person: what is left undone is theirs. */
export const brokenAtRest = ({
  order,
  stock,
  payment,
  provider,
  steps,
  ladder,
}: Seen): string | undefined => {
  const { status } = order;
  const theirs = provider.taken - sum(Object.values(provider.back));
  const ours = payment.captured - refunded(payment);
  const byHand = sum(Object.values(payment.byHand).map(({ amount }) => amount.amount));
  if (status === "NEEDS_ATTENTION") return undefined;
  if (!FINAL.includes(status)) return `I7 the order is ${status}, and nothing moves it`;
  if (ours + byHand !== theirs)
    return `I10 our ledger says ${ours + byHand}, the provider's ${theirs}`;
  const due = status === "CONFIRMED" ? TOTAL.amount : 0;
  if (ours !== due) return `I8 the order is ${status}, and ${ours} is paid of ${due}`;
  const isSold = stock.reservation.status === "SOLD";
  if (isSold !== (status === "CONFIRMED"))
    return `I8 the order is ${status}, and its stock ${stock.reservation.status}`;
  if (stock.reservation.status === "HELD")
    return `I9 the order is ${status}, and its stock is still held`;
  const { done, missing } = doneOf(steps, ladder);
  if (status === "CONFIRMED" && missing)
    return `I8 the order is CONFIRMED, and ${missing} was not done`;
  if (status !== "CONFIRMED" && done) return `I9 the order is ${status}, and ${done} is not undone`;
  const hold = truthOf(provider)?.status;
  if (status !== "CONFIRMED" && (hold === "authorized" || hold === "pending"))
    return `I15 the order is ${status}, and the provider still holds its money (${hold})`;
  return undefined;
};
