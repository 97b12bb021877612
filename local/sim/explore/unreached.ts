const LIES =
  "the provider contradicts itself, as ours does not: local/test/provider-lies.system.test.ts";
const CLOSED_EARLY =
  "a person closes an order that was stuck before it was confirmed: its undo has run by then, or it has several faults behind it";

/**
 * Edges of the rulebooks that change something and that nobody takes in npm test, and why. What changes nothing (a repeat, a
 * refusal) is not asked for: whoever takes it leaves the world as it was.
 */
export const neverReached: [which: RegExp, why: string][] = [
  [/^stock NONE: ReturnStock/, CLOSED_EARLY],
  [/^payment (new|requested): RefundPayment/, CLOSED_EARLY],
  [/^payment .*: HearProvider (declined|voided|authorized|captured) -> Disputed$/, LIES],
  [/^payment authorized \(withdrawn\): HearProvider declined -> Voided$/, LIES],
  [/^payment new: AwaitAnswer/, "an answer is awaited only after the payment was asked for"],
  [
    /^payment requested \(withdrawn\): HearProvider captured/,
    "only what we have heard to be authorised is captured, and what was withdrawn before is not",
  ],
];
