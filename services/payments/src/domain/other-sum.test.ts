import { newTrace } from "@petstore/core/context";
import { usd } from "@petstore/core/money";
import { givenFor } from "@petstore/core/testing/given";
import { describe, expect, it } from "vitest";
import { isTaken } from "./accept-capture.ts";
import type { LedgerEvent } from "./ledger.ts";
import { payment } from "./payment.ts";

const given = givenFor(payment);
const trace = newTrace("req_1");
const total = usd(4200);
const authorized: LedgerEvent[] = [
  { type: "AuthorizationRequested", data: { total, taskToken: "first", trace } },
  { type: "Authorized", data: { amount: total } },
];
const captured = (amount: number, currency: "EUR" | "USD" = "USD"): LedgerEvent => ({
  type: "Captured",
  data: { amount: { amount, currency } },
});
const disputed = (amount: number, currency: "EUR" | "USD" = "USD"): LedgerEvent => ({
  type: "Disputed",
  data: {
    what: `The provider captured ${amount} ${currency} of 4200 USD.`,
    captured: { amount, currency },
  },
});
const asked = (amount: number, cause: "excess" | "cancellation", currency = "USD" as const) => ({
  type: "RefundRequested" as const,
  data: { amount: { amount, currency }, cause, trace },
});
const refunded = (amount: number, cause: "excess" | "cancellation"): LedgerEvent => ({
  type: "Refunded",
  data: { amount: usd(amount), cause },
});
const accept = { type: "AcceptCapture", trace } as const;
const giveBack = { type: "RefundPayment", cause: "cancellation", trace } as const;
const record = (amount: number) =>
  ({
    type: "RecordRefund",
    key: "k",
    trace,
    amount: usd(amount),
    reason: "R.",
    by: "cus_a",
  }) as const;
const byHand = (amount: number): LedgerEvent => ({
  type: "RefundedByHand",
  data: { key: "k", amount: usd(amount), reason: "R.", by: "cus_a" },
});
const isPaid = (events: LedgerEvent[]) => isTaken(events.reduce(payment.evolve, payment.initial));

describe("F50 a provider that captured another sum", () => {
  it("is told to a person, and nothing is booked for it", () => {
    const said = { status: "captured", amount: usd(4300) } as const;
    given(...authorized)
      .when({ type: "HearProvider", said })
      .emits(disputed(4300));
    given(...authorized, disputed(4300))
      .when({ type: "HearProvider", said })
      .emitsNothing();
    given(...authorized, disputed(4300))
      .when({ type: "CapturePayment" })
      .emitsNothing();
    expect(isPaid([...authorized, disputed(4300)])).toBe(false);
  });

  it("gives back the excess when a person lets the order go on", () => {
    given(...authorized, disputed(4300))
      .when(accept)
      .emits(captured(4300), asked(100, "excess"));
    const going = [...authorized, disputed(4300), captured(4300), asked(100, "excess")];
    given(...going)
      .when(accept)
      .emitsNothing();
    expect([isPaid(going), isPaid([...going, refunded(100, "excess")])]).toEqual([false, true]);
    given(...going, refunded(100, "excess"))
      .when(accept)
      .emitsNothing();
  });

  it("gives back all of what it took when the order is off, and what is left of it", () => {
    for (const sum of [4100, 4300])
      given(...authorized, disputed(sum))
        .when(giveBack)
        .emits(captured(sum), asked(sum, "cancellation"));
    given(...authorized, disputed(4300), captured(4300), refunded(100, "excess"))
      .when(giveBack)
      .emits(asked(4200, "cancellation"));
  });

  it("is not paid when it took too little, or in another currency: nobody's word makes it so", () => {
    for (const event of [disputed(4100), disputed(9000, "EUR")]) {
      given(...authorized, event)
        .when(accept)
        .emitsNothing();
      expect(isPaid([...authorized, event])).toBe(false);
    }
    expect(isPaid([...authorized, captured(4100)])).toBe(false);
    expect(isPaid([...authorized, captured(9000, "EUR")])).toBe(false);
    given(...authorized, disputed(4100))
      .when({ type: "HearProvider", said: { status: "captured", amount: total } })
      .emits(captured(4200));
  });

  it("may have its excess given back by hand", () => {
    given(...authorized, disputed(4300))
      .when(record(4301))
      .refuses("RefundExceedsCapture");
    given(...authorized, disputed(4300))
      .when(record(100))
      .emits(captured(4300), byHand(100));
    given(...authorized, disputed(4300), captured(4300), byHand(100))
      .when(accept)
      .emitsNothing();
  });
});
