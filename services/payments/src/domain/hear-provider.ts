import type { Money } from "@petstore/core/money";
import { type Cause, causes, type LedgerEvent } from "./ledger.ts";
import { evolve, left, type PaymentState } from "./payment-state.ts";

/** What went back of a payment, as the provider has it. Its causes are mostly ours. */
export type Refund = { amount: Money; cause: string };

/** What the provider says of a payment, whichever way it reaches us. */
export type Said =
  | { status: "pending" }
  | { status: "authorized"; amount: Money }
  | { status: "declined"; reason: string }
  | { status: "voided" }
  | { status: "captured"; amount: Money; refunds?: readonly Refund[] }
  | { status: "refunded"; amount: Money; cause: Cause };

const isOurs = (cause: string): cause is Cause => (causes as readonly string[]).includes(cause);
const sameMoney = (a: Money, b: Money) => a.amount === b.amount && a.currency === b.currency;

/**
 * What is new in what the provider said. It may be said twice and in any order, so a later fact stands for
 * those that must have come before it: the totals are the same whichever way round it is heard. What
 * contradicts our books changes no amount; it is written down for a person to look at.
 */
export const hear = (
  state: PaymentState,
  total: Money,
  said: Said,
  webhook?: string,
): LedgerEvent[] => {
  const heard = webhook ? { webhook } : {};
  const dispute = (what: string, captured?: { captured: Money }): LedgerEvent[] =>
    state.disputes.includes(what)
      ? []
      : [{ type: "Disputed", data: { ...heard, what, ...captured } }];
  const contradiction = () => dispute(`The provider says ${said.status}, we say ${state.status}.`);
  const authorized: LedgerEvent = { type: "Authorized", data: { ...heard, amount: total } };
  const captured: LedgerEvent = { type: "Captured", data: { ...heard, amount: total } };
  const isOpen = state.status === "requested" || state.status === "authorized";

  if (said.status === "authorized" || said.status === "captured") {
    const { status, amount } = said;
    const isCaptured = status === "captured" && state.status === "captured";
    const ours = isCaptured
      ? { amount: state.captured, currency: state.currency ?? total.currency }
      : total;
    if (!sameMoney(amount, ours))
      return dispute(
        `The provider ${status} ${amount.amount} ${amount.currency} of ${ours.amount} ${ours.currency}.`,
        status === "captured" ? { captured: amount } : undefined,
      );
  }

  switch (said.status) {
    case "pending":
      return [];

    case "authorized":
      if (state.status === "declined") return contradiction();
      // We asked for a void: the undo under way releases the money, so it must not count as authorised.
      return state.status === "requested" && !state.withdrawn ? [authorized] : [];

    case "declined":
      // We asked for a void and the provider declined: nothing was taken, and nothing will be.
      if (state.status === "authorized" && state.withdrawn)
        return [{ type: "Voided", data: heard }];
      if (state.status === "authorized" || state.status === "captured") return contradiction();
      if (state.status !== "requested") return [];
      return [{ type: "Declined", data: { ...heard, reason: said.reason } }];

    case "voided":
      if (state.status === "captured") return contradiction();
      return isOpen ? [{ type: "Voided", data: heard }] : [];

    case "captured":
    case "refunded": {
      // `withdrawn` is not among these: a capture under way may have been faster than our void; it is recorded, then refunded.
      if (state.status === "declined" || state.status === "voided") return contradiction();
      const implied = [
        ...(state.status === "requested" ? [authorized] : []),
        ...(state.status === "captured" ? [] : [captured]),
      ];
      const refunds = said.status === "refunded" ? [said] : (said.refunds ?? []);
      const news: LedgerEvent[] = implied;
      for (const { amount, cause } of refunds) {
        const now = news.reduce(evolve, state);
        const isTakens = amount.currency === now.currency;
        if (isOurs(cause) && isTakens && now.refunds[cause] === amount.amount) continue;
        const isRight = isTakens && amount.amount <= left(now);
        if (isOurs(cause) && isRight && now.refunds[cause] === undefined)
          news.push({ type: "Refunded", data: { ...heard, amount, cause } });
        else
          news.push(
            ...dispute(`The provider refunded ${amount.amount} ${amount.currency} for ${cause}.`),
          );
      }
      return news;
    }
  }
};

/** Whether what the provider said would add anything to our books. */
export const isNews = (state: PaymentState, said: Said): boolean =>
  state.total !== undefined && hear(state, state.total, said).length > 0;
