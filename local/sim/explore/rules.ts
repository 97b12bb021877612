import type { Decider } from "@petstore/core/decider";
import type { DomainEvent } from "@petstore/core/event";
import type { Refusal } from "@petstore/core/result";
import { type Saga, stepsOf } from "@petstore/core/saga";
import { toStateMachine } from "@petstore/core/state-machine";
import type { OrderEvent } from "@petstore/events/orders";
import type { Holding, ReservationEvent } from "../../../services/inventory/src/domain/holding.ts";
import {
  type ReservationCommand,
  reservation,
} from "../../../services/inventory/src/domain/reservation.ts";
import { type OrderCommand, order } from "../../../services/orders/src/domain/order.ts";
import type { OrderState } from "../../../services/orders/src/domain/order-state.ts";
import { fulfilOrder } from "../../../services/orders/src/saga/fulfil-order.ts";
import { returnOrder } from "../../../services/orders/src/saga/return-order.ts";
import { perform } from "../../../services/payment-provider/src/domain/operations.ts";
import type { LedgerEvent } from "../../../services/payments/src/domain/ledger.ts";
import { type PaymentCommand, payment } from "../../../services/payments/src/domain/payment.ts";
import type { PaymentState } from "../../../services/payments/src/domain/payment-state.ts";
import { type StepCommand, type Steps, stepRules } from "./own-steps.ts";

/** What is written under a version: an order, its reservation with the shelf, its payment, and the rows of other steps. */
export type Aggregate = "order" | "stock" | "payment" | "step";
export type StateOf = { order: OrderState; stock: Holding; payment: PaymentState; step: Steps };
export type CommandOf = {
  order: OrderCommand;
  stock: ReservationCommand;
  payment: PaymentCommand;
  step: StepCommand;
};

/** A state of a compiled ladder, as far as it says where a run goes. */
export type State = {
  Type: "Task" | "Choice" | "Fail" | "Succeed";
  Resource?: string;
  Arguments?: { FunctionName: string; Payload: string };
  Next?: string;
  End?: boolean;
  Error?: string;
  Default?: string;
  Choices?: { Condition: string; Next: string }[];
  Retry?: { ErrorEquals: string[]; MaxAttempts: number }[];
  Catch?: {
    ErrorEquals: string[];
    Assign?: { failedStep: string; failure: string };
    Next: string;
  }[];
};

/** A compiled ladder: the same document that AWS runs. */
export type Machine = { StartAt: string; States: Record<string, State> };

/** All that decides what becomes of an order. A test breaks one of it at a time. */
export type Rules = {
  order: Decider<OrderState, OrderCommand, OrderEvent, Refusal>;
  stock: Decider<Holding, ReservationCommand, ReservationEvent, Refusal>;
  payment: Decider<PaymentState, PaymentCommand, LedgerEvent, Refusal>;
  step: typeof stepRules;
  perform: typeof perform;
  machines: Record<"FulfilOrder" | "ReturnOrder", Machine>;
  /** Whether others may come between what a command reads and what it writes. */
  isSplit: boolean;
  /** Whether a save asks for the version that was loaded. */
  conditional: Record<Aggregate, boolean>;
  /** Whether a repeated start of a run finds the one of before by its name. */
  namedRuns: boolean;
  /** Whether the provider finds an earlier request by its key. */
  keys: boolean;
};

/** Compiles a ladder as infra/ does; a function stands for its own name. */
export const compiled = (saga: Saga): Machine => {
  const arns = Object.fromEntries(stepsOf(saga).map((name) => [name, name]));
  return toStateMachine(saga, arns) as unknown as Machine;
};

/** The rules as they are. */
export const theRules: Rules = {
  order: order as Rules["order"],
  stock: reservation as Rules["stock"],
  payment: payment as Rules["payment"],
  step: stepRules,
  perform,
  machines: { FulfilOrder: compiled(fulfilOrder), ReturnOrder: compiled(returnOrder) },
  isSplit: false,
  conditional: { order: true, stock: true, payment: true, step: true },
  namedRuns: true,
  keys: true,
};

/** The name of an event's kind, short. */
export const shortType = ({ type }: DomainEvent): string => type.split(".")[1] ?? type;
