import type { Trace } from "@petstore/core/context";
import type { Money } from "@petstore/core/money";
import { type ByHand, type Cause, isPublished, type LedgerEvent } from "./ledger.ts";

/** A payment as its history made it. Amounts are minor units of `currency`. */
export type PaymentState = {
  status: "new" | "requested" | "authorized" | "declined" | "captured" | "voided";
  /** We asked for it to be voided, or the provider will not let us have it: an answer that comes later is not wanted any more. */
  withdrawn: boolean;
  total?: Money;
  /** The total's, unless the provider took another one. */
  currency?: Money["currency"];
  authorized: number;
  captured: number;
  /** What the provider says it captured, where that is not the total. It counts when a person has decided what becomes of it. */
  otherSum?: Money | undefined;
  /** What the provider gave back. */
  refunds: Partial<Record<Cause, number>>;
  /** The refund that the provider was asked for and has not confirmed: whatever asks later goes on with it. */
  refunding?: { amount: Money; cause: Cause } | undefined;
  /** What went back by other ways, by the key under which it was written down. */
  byHand: Record<string, ByHand>;
  declinedBecause?: string;
  /** The saga's step that waits for the answer. It is a credential: it never leaves this context. */
  taskToken?: string;
  /** The trace of what was asked last, so that what a webhook brings is told as part of that story. */
  trace?: Trace;
  webhooks: string[];
  disputes: string[];
  /** How many of its events others have heard of. */
  publishedCount: number;
};

/** A payment that nobody has heard of. */
export const initial: PaymentState = {
  status: "new",
  withdrawn: false,
  authorized: 0,
  captured: 0,
  refunds: {},
  byHand: {},
  webhooks: [],
  disputes: [],
  publishedCount: 0,
};

/** All that went back to the customer, in minor units: through the provider, and by hand. */
export const refunded = ({ refunds, byHand }: Pick<PaymentState, "refunds" | "byHand">): number =>
  [...Object.values(refunds), ...Object.values(byHand).map(({ amount }) => amount.amount)].reduce(
    (sum, amount) => sum + amount,
    0,
  );

/** What could still go back, in minor units. */
export const left = (state: PaymentState): number => state.captured - refunded(state);

/** What was taken, whether it is the total or not. Only what a person decides about another sum makes it count. */
export const otherSumTaken = ({ status, otherSum }: PaymentState): LedgerEvent[] =>
  otherSum && (status === "requested" || status === "authorized")
    ? [{ type: "Captured", data: { amount: otherSum } }]
    : [];

/** Whether it ended without a capture, for good, in our books and in the provider's. */
export const isOff = ({ status, withdrawn }: PaymentState): boolean =>
  status === "declined" || status === "voided" || (status === "new" && withdrawn);

const change = (state: PaymentState, event: LedgerEvent): Partial<PaymentState> => {
  switch (event.type) {
    case "AuthorizationRequested":
      return { status: "requested", currency: event.data.total.currency, ...event.data };
    case "AnswerAwaited":
      return event.data;
    case "VoidRequested":
      return { withdrawn: true, trace: event.data.trace };
    case "RefundRequested": {
      const { trace, ...refunding } = event.data;
      return { refunding, trace };
    }
    case "CaptureRefused":
      return { withdrawn: true };
    case "Authorized":
      return { status: "authorized", authorized: event.data.amount.amount };
    case "Declined":
      return { status: "declined", declinedBecause: event.data.reason };
    case "Voided":
      return { status: "voided" };
    case "Captured": {
      const { amount: captured, currency } = event.data.amount;
      return { status: "captured", captured, currency };
    }
    case "Refunded":
      return {
        refunds: { ...state.refunds, [event.data.cause]: event.data.amount.amount },
        refunding: undefined,
      };
    case "RefundedByHand": {
      const { key, ...record } = event.data;
      return { byHand: { ...state.byHand, [key]: record }, refunding: undefined };
    }
    case "Disputed": {
      const { what, captured } = event.data;
      return { disputes: [...state.disputes, what], ...(captured && { otherSum: captured }) };
    }
  }
};

/** The state after one more event. */
export const evolve = (state: PaymentState, event: LedgerEvent): PaymentState => {
  const webhook = "webhook" in event.data ? event.data.webhook : undefined;
  return {
    ...state,
    ...change(state, event),
    webhooks: webhook ? [...state.webhooks, webhook] : state.webhooks,
    publishedCount: state.publishedCount + (isPublished(event) ? 1 : 0),
  };
};
