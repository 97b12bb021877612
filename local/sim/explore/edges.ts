import { CLOSED_BY_SHOP } from "@petstore/events/orders";
import type { Said } from "../../../services/payments/src/domain/hear-provider.ts";
import { AFTER_EXPIRY, basket, by, lines, NOW, orderId, productId, trace } from "./given.ts";
import { edgeOf, outcomeOf } from "./model.ts";
import { stepCommands } from "./own-steps.ts";
import { decided } from "./program.ts";
import { TOTAL } from "./provider.ts";
import type { Aggregate, CommandOf, Rules, StateOf } from "./rules.ts";
import { canonical } from "./table.ts";

const reason = { code: "Failed", detail: "" };
const runs = (["FulfilOrder", "ReturnOrder"] as const).map((saga) => ({ saga, name: orderId }));

/** Everything that a saga, a customer, the clock or a person may ask of each rulebook. */
const commands: { [On in Aggregate]: CommandOf[On][] } = {
  order: [
    { type: "ConfirmOrder" },
    { type: "AbandonOrder", reason },
    { type: "RejectOrder", reason },
    { type: "CancelOrder" },
    { type: "CloseOrder" },
    { type: "GiveUpOrder", reason },
    ...runs.map((run) => ({ type: "MarkNeedsAttention", step: "", cause: "", run }) as const),
    { type: "ResumeOrder", reason: "", by },
    { type: "CloseByShop", reason: { code: CLOSED_BY_SHOP, detail: "" }, by },
  ],
  stock: [
    { type: "ReserveStock", orderId, now: NOW, lines },
    { type: "CommitStock", orderId, now: NOW },
    { type: "ReleaseStock", orderId, now: NOW },
    { type: "ReturnStock", orderId, now: NOW },
    { type: "ExpireReservation", orderId, now: AFTER_EXPIRY },
  ],
  payment: [
    { type: "AuthorizePayment", total: TOTAL, taskToken: "1", trace },
    { type: "AwaitAnswer", taskToken: "2" },
    { type: "VoidPayment", trace },
    { type: "CapturePayment" },
    { type: "RefundPayment", cause: "cancellation", trace },
    { type: "HearRefusedCapture", why: "" },
    ...(
      [
        { status: "pending" },
        { status: "authorized", amount: TOTAL },
        { status: "declined", reason: "" },
        { status: "voided" },
        { status: "captured", amount: TOTAL },
      ] satisfies Said[]
    ).map((said) => ({ type: "HearProvider", said }) as const),
  ],
  step: stepCommands,
};

const shelf = { [productId]: { productId, available: 1, stocked: 1, version: 1 } };
const firsts = (rules: Rules): { [On in Aggregate]: StateOf[On] } => {
  const placed = rules.order.decide(rules.order.initial, { type: "PlaceOrder", ...basket });
  const order = placed.ok
    ? placed.value.reduce(rules.order.evolve, rules.order.initial)
    : undefined;
  return {
    order: order ?? rules.order.initial,
    stock: { ...rules.stock.initial, shelf },
    payment: rules.payment.initial,
    step: rules.step.initial,
  };
};

/** How often a person may resume an order here: what comes of more is the same. */
const ENOUGH = 400;

/** Every edge of a rulebook by itself, whoever may take it: from each of its states, each command, and what comes of it. */
export const edgesOf = (rules: Rules, on: Aggregate): Set<string> => {
  const edges = new Set<string>();
  const states: StateOf[Aggregate][] = [firsts(rules)[on]];
  const known = new Set(states.map(canonical));
  for (const state of states) {
    for (const command of commands[on]) {
      const { result, events } = decided(rules, on, command as never, state as never, false);
      const outcome = outcomeOf(result.ok ? { ok: true, value: events } : result);
      edges.add(edgeOf(on, state as never, command as never, outcome));
      if (!result.ok || states.length >= ENOUGH || known.has(canonical(result.value.state)))
        continue;
      known.add(canonical(result.value.state));
      states.push(result.value.state);
    }
  }
  return edges;
};
