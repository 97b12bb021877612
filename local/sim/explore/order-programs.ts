import { reasonOf } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import type { OrderCommand } from "../../../services/orders/src/domain/order.ts";
import type { OrderState, Placed } from "../../../services/orders/src/domain/order-state.ts";
import { isRunOf, type Run, runOf } from "../../../services/orders/src/domain/run.ts";
import { firstOf, nextRun } from "../../../services/orders/src/domain/run-names.ts";
import { basket, by, placed } from "./given.ts";
import { decide, type Failure, type Program, type RunInput, Thrown } from "./program.ts";
import type { Rules } from "./rules.ts";

/** What a step of a saga is given. */
export type StepArgs = {
  input: RunInput;
  token?: number;
  failedStep?: string;
  failure?: Failure;
};

/** An execution that has ended early. */
type EarlyEnd = { name: string; error: string; input: RunInput };
const begins = ["PlaceOrder"] as const;

/** The initial order: placed, and nothing else. */
export const placedOrder = (rules: Rules): OrderState => {
  const decision = rules.order.decide(rules.order.initial, { type: begins[0], ...basket });
  if (!decision.ok) throw new Error("The order cannot be placed");
  return decision.value.reduce(rules.order.evolve, rules.order.initial);
};

const failureOf = ({ failure }: StepArgs): Failure => failure ?? { Error: "Unknown" };

/** services/orders/src/adapters/begin-saga.ts */
function* begin(saga: Run["saga"], state: OrderState): Program<unknown> {
  const run = runOf(state as Placed);
  if (state.status === "NEW" || run?.saga !== saga) return undefined;
  if (state.status === "CANCELLED" && !state.resumed) return undefined;
  const { cause, reason, resumed } = state;
  const why = { cause: cause ?? (reason ? "failure" : "cancellation") };
  return yield {
    op: "start",
    name: run.name,
    input: {
      run,
      ...(saga === "FulfilOrder" ? { ...(resumed && { resumed, again: true }) } : why),
    },
  };
}

/** services/orders/src/adapters/recover-saga.ts */
function* recover(rules: Rules, { name, error, input }: EarlyEnd): Program<unknown> {
  if (error === "NeedsAttention") return undefined;
  const state = (yield { op: "load", on: "order" }) as Placed;
  const run = runOf(state);
  if (!run || run.name !== firstOf(name) || run.saga !== input.run.saga) return undefined;
  const next = nextRun(name);
  if (next) return yield { op: "start", name: next, input: { ...input, again: true } };
  const command = {
    type: "MarkNeedsAttention",
    step: "the saga itself",
    cause: error,
    run,
  } as const;
  return yield* decide(rules, "order", command);
}

/** services/orders/src/adapters/sweep-open-orders.ts */
function* lookAfter(rules: Rules): Program<unknown> {
  const state = (yield { op: "load", on: "order" }) as Placed;
  const run = runOf(state);
  if (!run) return undefined;
  const found = (yield { op: "look", run }) as
    | ({ status: "RUNNING" | "SUCCEEDED" | "FAILED" } & EarlyEnd)
    | undefined;
  if (!found) return yield* begin(run.saga, state);
  const { status, ...end } = found;
  if (status === "FAILED") return yield* recover(rules, end);
  if (status !== "SUCCEEDED") return undefined;
  const now = (yield { op: "load", on: "order" }) as Placed;
  if (!isRunOf(now, run)) return undefined;
  if (!["CONFIRMED", "CANCELLED"].includes(now.status)) throw new Thrown("Error", now.status);
  return yield { op: "takeOut" };
}

/** The orders' Lambdas: services/orders/src/handlers/, each as what it does to the world. */
export const orderPrograms = (rules: Rules) => {
  const step = (command: (args: StepArgs) => OrderCommand) => (args: object) =>
    decide(rules, "order", command(args as StepArgs));
  return {
    *ConfirmOrder(): Program {
      const known = rules.order.evolve(rules.order.initial, OrderPlaced(placed));
      return yield* decide(rules, "order", { type: "ConfirmOrder" }, known);
    },
    AbandonOrder: step((args) => ({ type: "AbandonOrder", reason: reasonOf(failureOf(args)) })),
    RejectOrder: step((args) => ({ type: "RejectOrder", reason: reasonOf(failureOf(args)) })),
    GiveUpOrder: step((args) => ({ type: "GiveUpOrder", reason: reasonOf(failureOf(args)) })),
    CloseOrder: step(() => ({ type: "CloseOrder" })),
    MarkNeedsAttention: step(({ input, failedStep = "" }) => ({
      ...{ type: "MarkNeedsAttention", step: failedStep, cause: "", run: input.run },
    })),
    CancelOrder: step(() => ({ type: "CancelOrder" })),
    ResumeOrder: step(() => ({ type: "ResumeOrder", reason: "", by })),
    CloseByShop: step(() => ({
      ...{ type: "CloseByShop", reason: { code: "ClosedByShop", detail: "" }, by },
    })),
    *StartFulfilment(): Program {
      return yield* begin("FulfilOrder", (yield { op: "load", on: "order" }) as OrderState);
    },
    *StartCancellation(): Program {
      return yield* begin("ReturnOrder", (yield { op: "load", on: "order" }) as OrderState);
    },
    RecoverSaga: (args: object) => recover(rules, args as EarlyEnd),
    LookAfterOrder: () => lookAfter(rules),
  };
};
