import type { Trace } from "@petstore/core/context";
import type { Money } from "@petstore/core/money";
import { type Cause, isPublished, type LedgerEvent } from "./ledger.ts";

/** A payment as its history made it. Amounts are minor units of the total's currency. */
export type PaymentState = {
  status: "new" | "requested" | "authorized" | "declined" | "captured" | "voided";
  /** We asked for it to be voided, or the provider will not let us have it: an answer that comes later is not wanted any more. */
  withdrawn: boolean;
  total?: Money;
  authorized: number;
  captured: number;
  refunds: Partial<Record<Cause, number>>;
  declinedBecause?: string;
  /** The saga's step that waits for the answer. It is a credential: it never leaves this context. */
  taskToken?: string;
  /** The order's trace, so that what a webhook causes is told as part of the same story. */
  trace?: Trace;
  webhooks: string[];
  disputes: string[];
  told: number;
};

/** A payment that nobody has heard of. */
export const initial: PaymentState = {
  status: "new",
  withdrawn: false,
  authorized: 0,
  captured: 0,
  refunds: {},
  webhooks: [],
  disputes: [],
  told: 0,
};

/** All that went back to the customer, in minor units. */
export const refunded = ({ refunds }: Pick<PaymentState, "refunds">): number =>
  Object.values(refunds).reduce((sum, amount) => sum + amount, 0);

/** Nothing was taken, and nothing will be: neither we nor the provider will come back to it. */
export const isOff = ({ status, withdrawn }: PaymentState): boolean =>
  status === "declined" || status === "voided" || (status === "new" && withdrawn);

const change = (state: PaymentState, event: LedgerEvent): Partial<PaymentState> => {
  switch (event.type) {
    case "AuthorizationRequested":
      return { status: "requested", ...event.data };
    case "AnswerAwaited":
      return event.data;
    case "VoidRequested":
      return { withdrawn: true, trace: state.trace ?? event.data.trace };
    case "CaptureRefused":
      return { withdrawn: true };
    case "Authorized":
      return { status: "authorized", authorized: event.data.amount.amount };
    case "Declined":
      return { status: "declined", declinedBecause: event.data.reason };
    case "Voided":
      return { status: "voided" };
    case "Captured":
      return { status: "captured", captured: event.data.amount.amount };
    case "Refunded":
      return { refunds: { ...state.refunds, [event.data.cause]: event.data.amount.amount } };
    case "Disputed":
      return { disputes: [...state.disputes, event.data.what] };
  }
};

/** The state after one more event. */
export const evolve = (state: PaymentState, event: LedgerEvent): PaymentState => {
  const webhook = "webhook" in event.data ? event.data.webhook : undefined;
  return {
    ...state,
    ...change(state, event),
    webhooks: webhook ? [...state.webhooks, webhook] : state.webhooks,
    told: state.told + (isPublished(event) ? 1 : 0),
  };
};
