import { newTrace } from "@petstore/core/context";
import { usd } from "@petstore/core/money";
import { PaymentId } from "@petstore/events/ids";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Said } from "./hear-provider.ts";
import { isPublished, type LedgerEvent, publish } from "./ledger.ts";
import { type PaymentCommand, payment } from "./payment.ts";
import { type PaymentState, refunded } from "./payment-state.ts";

const TOTAL = 1000;
const trace = newTrace("req_1");
const authorize: PaymentCommand = {
  type: "AuthorizePayment",
  total: usd(TOTAL),
  taskToken: "t",
  trace,
};

type Story = { state: PaymentState; events: LedgerEvent[] };
const play = (commands: PaymentCommand[]): Story =>
  commands.reduce<Story>(
    ({ state, events }, command) => {
      const decision = payment.decide(state, command);
      const more = decision.ok ? decision.value : [];
      return { state: more.reduce(payment.evolve, state), events: [...events, ...more] };
    },
    { state: payment.initial, events: [] },
  );

const amount = fc.integer({ min: 0, max: 2 * TOTAL }).map(usd);
const cause = fc.constantFrom("cancellation", "failure");
const anySaid: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ status: fc.constantFrom("authorized", "captured"), amount }),
  fc.record({ status: fc.constantFrom("authorized", "captured"), amount: fc.constant(usd(TOTAL)) }),
  fc.record({ status: fc.constant("refunded"), amount, cause }),
  fc.record({ status: fc.constant("declined"), reason: fc.constant("No.") }),
  fc.record({ status: fc.constantFrom("pending", "voided") }),
);
const webhook = fc.option(fc.constantFrom("whk_1", "whk_2", "whk_3"), { nil: undefined });
const anyCommand: fc.Arbitrary<PaymentCommand> = fc.oneof(
  fc.constant(authorize),
  fc.record({ type: fc.constant("AwaitAnswer"), taskToken: fc.constantFrom("t", "u") }),
  fc.constant<PaymentCommand>({ type: "VoidPayment", trace }),
  fc.constant<PaymentCommand>({ type: "CapturePayment" }),
  fc.record({
    type: fc.constant("RefundPayment"),
    amount,
    cause,
    trace: fc.constant(trace),
  }),
  fc.constant<PaymentCommand>({ type: "HearRefusedCapture", why: "It expired." }),
  fc.record({ said: anySaid, webhook }).map(({ said, webhook }): PaymentCommand => {
    const command = { type: "HearProvider", said } as const;
    return webhook ? { ...command, webhook } : command;
  }),
);
const totals = ({ authorized, captured, refunds }: PaymentState) => ({
  authorized,
  captured,
  refunds,
});

/** An order of the same things with some of them twice. */
const jumbled = <T>(things: T[]) =>
  fc
    .tuple(fc.subarray(things), fc.constant(things))
    .chain(([again, all]) =>
      fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }),
    );

describe("whatever happens to a payment", () => {
  it("I1: 0 <= refunded <= captured <= authorised <= total", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 20 }), (commands) => {
        const { state } = play([authorize, ...commands]);
        expect(refunded(state)).toBeGreaterThanOrEqual(0);
        expect(refunded(state)).toBeLessThanOrEqual(state.captured);
        expect(state.captured).toBeLessThanOrEqual(state.authorized);
        expect(state.authorized).toBeLessThanOrEqual(TOTAL);
      }),
    );
  });

  it("it writes nothing when the same is said or asked twice", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 12 }), anyCommand, (commands, last) => {
        const once = play([...commands, last]);
        expect(play([...commands, last, last]).events).toEqual(once.events);
      }),
    );
  });

  it("what is published has its own numbering without gaps", () => {
    const id = PaymentId.parse("pay_01J8ZQ3V5N6W7X8Y9Z0A1B2C3D");
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 12 }), (commands) => {
        const { state, events } = play([authorize, ...commands]);
        const told = events.filter((event) => publish(id, event));
        expect(told).toEqual(events.filter(isPublished));
        expect(state.told).toBe(told.length);
      }),
    );
  });
});

describe("answers and webhooks, in any order and twice (F51, F53, F54)", () => {
  const converges = (said: Said[], before: PaymentCommand[] = []) => {
    const heard = said.map(
      (said, i): PaymentCommand => ({ type: "HearProvider", said, webhook: `whk_${i}` }),
    );
    const asWritten = totals(play([authorize, ...before, ...heard]).state);
    fc.assert(
      fc.property(jumbled(heard), (order) => {
        const { state } = play([authorize, ...before, ...order]);
        expect(totals(state)).toEqual(asWritten);
        expect(state.disputes).toEqual([]);
      }),
    );
  };
  const authorized: Said = { status: "authorized", amount: usd(TOTAL) };
  const captured: Said = { status: "captured", amount: usd(TOTAL) };
  const refund = (part: number, cause: "cancellation" | "failure"): Said => ({
    status: "refunded",
    amount: usd(part),
    cause,
  });

  it("lead to the same totals when the money was taken", () =>
    converges([{ status: "pending" }, authorized, captured]));

  it("lead to the same totals when it went back in parts", () =>
    converges([authorized, captured, refund(333, "cancellation"), refund(667, "failure")]));

  it("lead to the same totals when it was declined", () =>
    converges([{ status: "pending" }, { status: "declined", reason: "No." }]));

  it("lead to the same totals when it was given up (F48)", () =>
    converges(
      [{ status: "pending" }, authorized, { status: "voided" }],
      [{ type: "VoidPayment", trace }],
    ));
});
