/** One webhook to send: what it says, and how many seconds after the request. */
export type News = { status: string; afterSeconds: number };

/** How a test card behaves. No chance is involved: a card does the same each time. */
export type Card = {
  answer: "authorized" | "declined";
  /** When the answer is known, counted from the request. */
  settlesAfterMs: number;
  /** How long the first answer to "authorize" is held back: longer than any caller's patience. */
  silentForMs: number;
  /** How many requests for a refund are broken off with a 500 before one works. */
  brokenRefunds: number;
  /** By how many minor units it is charged with more than what was asked for. */
  overcharge: number;
  /** The bank authorises it, and withdraws the authorisation before anything is captured. */
  withdrawn: boolean;
  news: { authorize: News[]; capture: News[]; refund: News[] };
};

const quiet = { authorize: [], capture: [], refund: [] };
const card = (answer: Card["answer"], more: Partial<Card> = {}): Card => ({
  answer,
  settlesAfterMs: 0,
  silentForMs: 0,
  brokenRefunds: 0,
  overcharge: 0,
  withdrawn: false,
  news: { ...quiet, authorize: [{ status: answer, afterSeconds: 0 }] },
  ...more,
});

const cards: Record<string, Card> = {
  tok_approve: card("authorized"),
  tok_decline: card("declined"),
  // The answer stands at once but is not given in time, and no webhook brings it: only asking again helps.
  tok_timeout_approve: card("authorized", { silentForMs: 5_000, news: quiet }),
  tok_timeout_decline: card("declined", { silentForMs: 5_000, news: quiet }),
  tok_late: card("authorized", {
    settlesAfterMs: 20_000,
    news: { ...quiet, authorize: [{ status: "authorized", afterSeconds: 20 }] },
  }),
  tok_twice: card("authorized", {
    news: {
      ...quiet,
      authorize: [
        { status: "authorized", afterSeconds: 0 },
        { status: "authorized", afterSeconds: 1 },
      ],
    },
  }),
  // After each change the webhook of the older state is sent after that of the newer one.
  tok_disorder: card("authorized", {
    news: {
      authorize: [
        { status: "authorized", afterSeconds: 0 },
        { status: "pending", afterSeconds: 1 },
      ],
      capture: [
        { status: "captured", afterSeconds: 0 },
        { status: "authorized", afterSeconds: 1 },
      ],
      refund: [
        { status: "refunded", afterSeconds: 0 },
        { status: "captured", afterSeconds: 1 },
      ],
    },
  }),
  tok_refund_fails: card("authorized", { brokenRefunds: 2 }),
  tok_overcharge: card("authorized", { overcharge: 100 }),
  tok_undercharge: card("authorized", { overcharge: -100 }),
  tok_gone: card("authorized", { withdrawn: true }),
};

/** The sandbox's card for a payment token. Every other token is declined at once. */
export const cardNamed = (token: string): Card | undefined =>
  Object.hasOwn(cards, token) ? cards[token] : undefined;
