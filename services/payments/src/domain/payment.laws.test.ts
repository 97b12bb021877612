import { newTrace } from "@petstore/core/context";
import { usd } from "@petstore/core/money";
import { PaymentId } from "@petstore/events/ids";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Said } from "./hear-provider.ts";
import { isPublished, type LedgerEvent, publish } from "./ledger.ts";
import { isGivenBack, type PaymentCommand, payment } from "./payment.ts";
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
const refunds = fc.array(
  fc.record({ amount, cause: fc.constantFrom("cancellation", "failure", "desk") }),
  { maxLength: 2 },
);
const anySaid: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ status: fc.constant("captured"), amount: fc.constant(usd(TOTAL)), refunds }),
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
  fc.constant<PaymentCommand>({ type: "AcceptCapture", trace }),
  fc.record({ type: fc.constant("RefundPayment"), cause, trace: fc.constant(trace) }),
  fc.record({
    type: fc.constant("RecordRefund"),
    key: fc.constantFrom("k", "l"),
    amount,
    reason: fc.constant("By hand."),
    by: fc.constant("cus_ada" as const),
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
        const { state, events } = play([authorize, ...commands]);
        expect(refunded(state)).toBeGreaterThanOrEqual(0);
        expect(refunded(state)).toBeLessThanOrEqual(state.captured);
        // Except where the provider took another sum: what it said was recorded before.
        const otherSums = events.flatMap(({ type, data }) =>
          type === "Disputed" && data.captured ? [data.captured.amount] : [],
        );
        expect(state.captured).toBeLessThanOrEqual(Math.max(state.authorized, ...otherSums));
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
        const published = events.filter((event) => publish(id, event));
        expect(published).toEqual(events.filter(isPublished));
        expect(state.publishedCount).toBe(published.length);
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

/** What a provider does whose requests and answers take their time, as these laws need it. */
const newProvider = () => {
  let [state, back] = ["authorized" as "authorized" | "voided" | "captured", 0];
  const said = (): Said =>
    state === "captured"
      ? {
          status: state,
          amount: usd(TOTAL),
          refunds: back ? [{ cause: "cancellation", amount: usd(back) }] : [],
        }
      : state === "voided"
        ? { status: state }
        : { status: state, amount: usd(TOTAL) };
  return {
    said,
    kept: () => (state === "captured" ? TOTAL - back : 0),
    taken: () => (state === "captured" ? TOTAL : 0),
    capture: () => {
      if (state === "voided") return false;
      state = "captured";
      return true;
    },
    void: () => {
      if (state === "captured") return false;
      state = "voided";
      return true;
    },
    refund: () => {
      back = TOTAL;
      return true;
    },
  };
};

/** One step as settle.ts takes it, in pieces: whatever else happens may happen between any two of them. */
function* steps(
  command: PaymentCommand,
  isDone: (state: PaymentState) => boolean,
  books: { state: PaymentState },
  provider: ReturnType<typeof newProvider>,
): Generator<undefined, "done" | "refused" | "stuck"> {
  const write = (decided: PaymentCommand) => {
    const decision = payment.decide(books.state, decided);
    if (!decision.ok) return false;
    books.state = decision.value.reduce(payment.evolve, books.state);
    return true;
  };
  for (let round = 0; round < 5; round += 1) {
    if (!write(command)) return "refused";
    const { state } = books;
    if (isDone(state)) return "done";
    yield;
    const ask = command.type === "CapturePayment" ? "capture" : state.refunding ? "refund" : "void";
    const taken = provider[ask]();
    yield;
    const said = provider.said();
    yield;
    // Decided on what was read; where somebody wrote since, it is read and decided again.
    const isNews = payment.decide(state, { type: "HearProvider", said });
    write({ type: "HearProvider", said });
    if (isNews.ok && isNews.value.length === 0 && !taken) {
      if (command.type === "CapturePayment") write({ type: "HearRefusedCapture", why: "No." });
      return "refused";
    }
    yield;
  }
  return "stuck";
}

describe("a capture and a return under way at once, however their pieces interleave (F62)", () => {
  it("leave nothing taken and nothing owed, and never wait for each other", () => {
    const endings = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (turns) => {
        const { state } = play([
          authorize,
          { type: "HearProvider", said: { status: "authorized", amount: usd(TOTAL) } },
        ]);
        const [books, provider] = [{ state }, newProvider()];
        const isTaken = ({ status }: PaymentState) => status === "captured";
        const back: PaymentCommand = { type: "RefundPayment", cause: "cancellation", trace };
        const capturing = steps({ type: "CapturePayment" }, isTaken, books, provider);
        const returning = steps(back, isGivenBack, books, provider);
        let [captured, returned] = ["under way", "under way"];
        for (const turn of turns) {
          const { done, value } = (turn ? capturing : returning).next();
          if (done && value && turn) captured = value;
          if (done && value && !turn) returned = value;
        }
        for (const rest of [returning, capturing])
          for (let next = rest.next(); ; next = rest.next()) {
            if (next.done && next.value && rest === returning) returned = next.value;
            if (next.done && next.value && rest === capturing) captured = next.value;
            if (next.done) break;
          }
        endings.add(`${captured}, ${returned}, ${provider.taken()}`);
        expect(returned).toBe("done");
        expect(["done", "refused"]).toContain(captured);
        expect(provider.kept()).toBe(0);
        expect(isGivenBack(books.state)).toBe(true);
        expect(books.state.captured).toBe(provider.taken());
        expect(books.state.disputes).toEqual([]);
      }),
      { numRuns: 2_000, seed: 1 },
    );
    // Either may win; it is not always the same one.
    expect(endings).toContain("refused, done, 0");
    expect(endings).toContain(`done, done, ${TOTAL}`);
  });
});
