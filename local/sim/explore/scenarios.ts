import type { Scenario } from "./scenario.ts";

const CARDS = [
  "tok_approve",
  "tok_decline",
  "tok_late",
  "tok_timeout_approve",
  "tok_timeout_decline",
  "tok_refund_fails",
  "tok_gone",
  "tok_overcharge",
  "tok_undercharge",
  "tok_nobody",
];

const approved = { card: "tok_approve" };
const ended = (faults: number) => ({ kinds: ["ended"] as const, faults });
const crashes = (faults: number) => ({ kinds: ["crash"] as const, faults });
const people = { cancels: 1, resumes: 1, closes: 1 };

/** What npm test walks: every card with its customer's cancellation, every kind of fault once, and people who look. */
export const scenarios: Scenario[] = [
  ...CARDS.map((card) => ({
    name: `${card}, and its customer cancels`,
    ...{ card, cancels: 1, needsNobody: !/charge|refund_fails/.test(card) },
  })),
  { name: "a bank that never answers", card: "tok_late", silentBank: true, cancels: 1 },
  { name: "sold out", card: "tok_approve", available: 0, cancels: 1 },
  { name: "one fault of any kind", card: "tok_approve", faults: 1 },
  { name: "one fault of any kind, and a decline", card: "tok_decline", faults: 1 },
  { name: "held for too long", card: "tok_approve", expiries: 1, counts: 1, cancels: 1 },
  { name: "too much is taken, and people decide", card: "tok_overcharge", ...people },
  {
    name: "too little is taken, and people decide",
    card: "tok_undercharge",
    resumes: 1,
    closes: 1,
  },
  { name: "held for too long, and begun again", card: "tok_nobody", expiries: 1, ...ended(1) },
  ...["tok_late", "tok_disorder"].map((card) => ({
    name: `${card}, and the books are compared`,
    ...{ card, comparisons: 1, needsNobody: true },
  })),
  {
    name: "a silent provider, books that are compared, and its customer cancels",
    ...{ card: "tok_timeout_approve", comparisons: 1, cancels: 1, needsNobody: true },
  },
  { name: "executions end from outside", card: "tok_nobody", ...ended(3), resumes: 1 },
  { name: "patience ends", card: "tok_approve", kinds: ["crash"], faults: 2 },
  {
    name: "patience ends for a cancellation",
    card: "tok_nobody",
    ...crashes(2),
    cancels: 1,
    closes: 1,
  },
  ...(["crash", "lost", "forgotten"] as const).map((kind) => ({
    name: `one fault, ${kind}, and a cancellation`,
    ...{ card: "tok_approve", kinds: [kind], faults: 1, cancels: 1 },
  })),
];

/** Four of these have no end within three million states: their stories are walked up to a length that the test prints. */
const endsAt = 100_000;

/** What a night walks besides: hundreds of thousands of states each. */
export const deepScenarios: Scenario[] = [
  { name: "one fault of any kind, and a cancellation", ...approved, faults: 1, cancels: 1 },
  { name: "functions that go on unseen, twice", ...approved, kinds: ["unseen"], faults: 2 },
  { name: "two faults of any kind, and a decline", card: "tok_decline", faults: 2, endsAt },
  {
    name: "executions end from outside, and people decide",
    ...approved,
    ...ended(3),
    ...people,
    endsAt,
  },
  { name: "patience ends, and people decide", ...approved, ...crashes(2), ...people, endsAt },
  {
    name: "too little is taken, and money goes back by hand",
    ...{ card: "tok_undercharge", ...people, refundsByHand: 1, endsAt },
  },
];

/** What broke I15 once: the later run undid what it had done itself, and the card stayed authorised. */
export const laterRunFindsNoStock: Scenario = {
  name: "a later run finds that the stock has expired and is sold out",
  ...{ card: "tok_timeout_approve", ...ended(1), expiries: 1, counts: 1 },
};
