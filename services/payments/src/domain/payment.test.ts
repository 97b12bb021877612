import { newTrace } from "@petstore/core/context";
import { usd } from "@petstore/core/money";
import { givenFor } from "@petstore/core/testing/given";
import { describe, it } from "vitest";
import type { Said } from "./hear-provider.ts";
import type { LedgerEvent } from "./ledger.ts";
import { type PaymentCommand, payment } from "./payment.ts";

const given = givenFor(payment);
const trace = newTrace("req_1");
const total = usd(4200);

const requested: LedgerEvent = {
  type: "AuthorizationRequested",
  data: { total, taskToken: "first", trace },
};
const authorized: LedgerEvent = { type: "Authorized", data: { amount: total } };
const declined: LedgerEvent = { type: "Declined", data: { reason: "Card declined." } };
const captured: LedgerEvent = { type: "Captured", data: { amount: total } };
const withdrawn: LedgerEvent = { type: "VoidRequested", data: { trace } };
const voided: LedgerEvent = { type: "Voided", data: {} };
const refund = (amount: number, cause: "cancellation" | "failure" = "cancellation") => ({
  type: "Refunded" as const,
  data: { amount: usd(amount), cause },
});
const asked = (amount: number, cause: "cancellation" | "failure" = "cancellation") => ({
  type: "RefundRequested" as const,
  data: { amount: usd(amount), cause, trace },
});
const byHand = (amount: number, key = "k1") => ({
  type: "RefundedByHand" as const,
  data: { key, amount: usd(amount), reason: "By bank transfer.", by: "cus_ada" as const },
});
const refundFor = (cause: "cancellation" | "failure") =>
  ({ type: "RefundPayment", cause, trace }) as const;
const record = (amount: number, key = "k1") =>
  ({ type: "RecordRefund", trace, ...byHand(amount, key).data }) as const;
const disputed = (what: string): LedgerEvent => ({ type: "Disputed", data: { what } });

const authorize = { type: "AuthorizePayment", total, taskToken: "second", trace } as const;
const giveUp = { type: "VoidPayment", trace } as const;
const hearing = (said: Said, webhook?: string): PaymentCommand => ({
  type: "HearProvider",
  said,
  ...(webhook && { webhook }),
});

describe("authorising a payment", () => {
  it("writes down the request before the provider is asked", () =>
    given()
      .when({ ...authorize, taskToken: "first" })
      .emits(requested));

  it("writes nothing when it is asked again", () =>
    given(requested).when(authorize).emitsNothing());

  it("waits under the newest task token (mutant 9)", () =>
    given(requested)
      .when({ type: "AwaitAnswer", taskToken: "second" })
      .emits({ type: "AnswerAwaited", data: { taskToken: "second" } }));

  it("waits under a token only once", () =>
    given(requested).when({ type: "AwaitAnswer", taskToken: "first" }).emitsNothing());

  it("does not wait for an answer that is there", () =>
    given(requested, authorized).when({ type: "AwaitAnswer", taskToken: "second" }).emitsNothing());

  it("is refused again after a decline (F46)", () =>
    given(requested, declined).when(authorize).refuses("PaymentDeclined"));

  it("is refused after its own undo (tombstone)", () =>
    given(withdrawn).when(authorize).refuses("PaymentVoided"));

  it("is not waited for after its undo", () =>
    given(requested, withdrawn)
      .when({ type: "AwaitAnswer", taskToken: "second" })
      .refuses("PaymentVoided"));
});

describe("what the provider says", () => {
  it("is recorded with the webhook that said it", () =>
    given(requested)
      .when(hearing({ status: "authorized", amount: total }, "whk_1"))
      .emits({ type: "Authorized", data: { webhook: "whk_1", amount: total } }));

  it("is recorded once, however often it is said (F53)", () =>
    given(requested, authorized)
      .when(hearing({ status: "authorized", amount: total }, "whk_2"))
      .emitsNothing());

  it("is skipped when the same webhook comes again (F53, mutant 25)", () =>
    given(requested, { type: "Declined", data: { reason: "No.", webhook: "whk_1" } })
      .when(hearing({ status: "authorized", amount: total }, "whk_1"))
      .emitsNothing());

  it("is refused about a payment that we never asked for (F55)", () =>
    given()
      .when(hearing({ status: "authorized", amount: total }))
      .refuses("UnknownPayment"));

  it("changes nothing when it is late news: pending after authorised (F54)", () =>
    given(requested, authorized)
      .when(hearing({ status: "pending" }))
      .emitsNothing());

  it("stands for what must have come before: captured before authorised (F54)", () =>
    given(requested)
      .when(hearing({ status: "captured", amount: total }))
      .emits(authorized, captured));

  it("stands for what must have come before: refunded before captured (F54)", () =>
    given(requested, authorized)
      .when(hearing({ status: "refunded", amount: usd(100), cause: "cancellation" }))
      .emits(captured, refund(100)));

  it("is disputed when it is another amount (F50)", () =>
    given(requested)
      .when(hearing({ status: "authorized", amount: usd(4201) }))
      .emits(disputed("The provider authorized 4201 USD of 4200 USD.")));

  it("is disputed when it contradicts our books", () =>
    given(requested, declined)
      .when(hearing({ status: "authorized", amount: total }))
      .emits(disputed("The provider says authorized, we say declined.")));

  it("is disputed once", () =>
    given(requested, declined, disputed("The provider says authorized, we say declined."))
      .when(hearing({ status: "authorized", amount: total }))
      .emitsNothing());

  it("is disputed when more went back than came in (F58)", () =>
    given(requested, authorized, captured, refund(4000))
      .when(hearing({ status: "refunded", amount: usd(201), cause: "failure" }))
      .emits(disputed("The provider refunded 201 USD for failure.")));
});

describe("voiding a payment", () => {
  it("leaves a tombstone with nothing to void", () => given().when(giveUp).emits(withdrawn));

  it("is recorded once", () => given(requested, withdrawn).when(giveUp).emitsNothing());

  it("is a no-op after a decline", () => given(requested, declined).when(giveUp).emitsNothing());

  it("is refused once the money is ours", () =>
    given(requested, authorized, captured).when(giveUp).refuses("AlreadyCaptured"));

  it("makes a late success worth nothing (F48)", () =>
    given(requested, withdrawn)
      .when(hearing({ status: "authorized", amount: total }))
      .emitsNothing());

  it("ends with the provider's word for it", () =>
    given(requested, withdrawn)
      .when(hearing({ status: "voided" }))
      .emits(voided));

  it("ends with a decline as well", () =>
    given(requested, withdrawn)
      .when(hearing({ status: "declined", reason: "Card declined." }))
      .emits(declined));

  it("ends with a decline of what was authorised, too: nothing is left to give back", () =>
    given(requested, authorized, withdrawn)
      .when(hearing({ status: "declined", reason: "Card declined." }))
      .emits(voided));

  it("lets no late success bring the payment back (F48)", () =>
    given(requested, withdrawn, voided)
      .when(hearing({ status: "authorized", amount: total }))
      .emitsNothing());
});

describe("capturing and refunding", () => {
  it("captures nothing before the provider agreed", () =>
    given(requested).when({ type: "CapturePayment" }).refuses("NotYetAuthorized"));

  it("captures nothing that was given up (F50)", () =>
    given(requested, authorized, withdrawn)
      .when({ type: "CapturePayment" })
      .refuses("PaymentVoided"));

  it("may ask for the capture again (F49)", () =>
    given(requested, authorized, captured).when({ type: "CapturePayment" }).emitsNothing());

  it("waits for no capture: what is not taken yet is given up, whoever wants it back", () => {
    for (const command of [refundFor("cancellation"), refundFor("failure")]) {
      given().when(command).emits(withdrawn);
      given(requested).when(command).emits(withdrawn);
      given(requested, authorized).when(command).emits(withdrawn);
      given(requested, authorized, withdrawn).when(command).emitsNothing();
      given(requested, authorized, withdrawn, voided).when(command).emitsNothing();
    }
  });

  it("hears of a capture that was faster than its withdrawal, and gives it back", () => {
    given(requested, authorized, withdrawn)
      .when(hearing({ status: "captured", amount: total }))
      .emits(captured);
    given(requested, authorized, withdrawn, captured)
      .when(refundFor("cancellation"))
      .emits(asked(4200));
    given(requested, authorized, withdrawn, captured)
      .when({ type: "CapturePayment" })
      .refuses("PaymentVoided");
  });

  it("writes down what it asks back, and under which cause", () =>
    given(requested, authorized, captured).when(refundFor("cancellation")).emits(asked(4200)));

  it("goes on with the cause that was asked with, whatever it is asked for later", () =>
    given(requested, authorized, captured, asked(4200)).when(refundFor("failure")).emitsNothing());

  it("refunds once, for one cause or the other (F58, mutant 24)", () => {
    const paidBack = [requested, authorized, captured, asked(4200), refund(4200)];
    given(...paidBack)
      .when(refundFor("cancellation"))
      .emitsNothing();
    given(...paidBack)
      .when(refundFor("failure"))
      .emitsNothing();
  });

  it("learns of refunds that nobody told it of, when it asks", () =>
    given(requested, authorized, captured, asked(4200))
      .when(
        hearing({
          status: "captured",
          amount: total,
          refunds: [{ cause: "cancellation", amount: total }],
        }),
      )
      .emits(refund(4200)));

  it("calls a refund that it never asked for a matter for a person", () =>
    given(requested, authorized, captured)
      .when(
        hearing({
          status: "captured",
          amount: total,
          refunds: [{ cause: "desk", amount: usd(1) }],
        }),
      )
      .emits(disputed("The provider refunded 1 USD for desk.")));

  it("takes nothing any more once the provider refused to hand it over (F50)", () => {
    const refused: LedgerEvent = { type: "CaptureRefused", data: { why: "It expired." } };
    const hears = { type: "HearRefusedCapture", why: "It expired." } as const;
    given(requested, authorized).when(hears).emits(refused);
    given(requested, authorized, refused).when(hears).emitsNothing();
    given(requested, authorized, captured).when(hears).emitsNothing();
    given(requested, authorized, refused).when({ type: "CapturePayment" }).refuses("PaymentVoided");
    given(requested, authorized, refused).when(refundFor("cancellation")).emitsNothing();
  });

  it("F59 refunds the rest of what went back in part, to the cent, and calls for a person where a cause is used up", () => {
    const inPart = [requested, authorized, captured, asked(4200), refund(4199)];
    given(...inPart)
      .when(refundFor("failure"))
      .emits(asked(1, "failure"));
    given(...inPart)
      .when(refundFor("cancellation"))
      .refuses("RefundedInPart");
    given(...inPart, asked(1, "failure"), refund(1, "failure"))
      .when(refundFor("cancellation"))
      .emitsNothing();
  });
});

describe("a refund by hand", () => {
  it("is written down once under its key", () => {
    given(requested, authorized, captured).when(record(4200)).emits(byHand(4200));
    given(requested, authorized, captured, byHand(4200)).when(record(4200)).emitsNothing();
    given(requested, authorized, captured, byHand(4000))
      .when(record(200))
      .refuses("IdempotencyKeyReused");
  });

  it("F59 counts with what the provider gave back: the sum is exact, and no more than came in", () => {
    given(requested, authorized, captured, refund(1)).when(record(4199)).emits(byHand(4199));
    given(requested, authorized, captured, refund(1))
      .when(record(4200))
      .refuses("RefundExceedsCapture");
    given(requested, authorized, captured, byHand(4000))
      .when(record(201, "k2"))
      .refuses("RefundExceedsCapture");
    given(requested, authorized, captured, byHand(4000))
      .when(refundFor("cancellation"))
      .emits(asked(200));
  });

  it("ends what the provider was asked for in vain", () => {
    given(requested, authorized, captured, asked(4200), byHand(4200))
      .when(refundFor("failure"))
      .emitsNothing();
    given(requested, authorized, captured, asked(4200), byHand(200))
      .when(refundFor("cancellation"))
      .emits(asked(4000));
  });

  it("is no refund of what was never taken", () => {
    given().when(record(1)).refuses("UnknownPayment");
    given(requested, authorized).when(record(1)).refuses("RefundExceedsCapture");
  });

  it("is a dispute when the provider gives the money back as well", () =>
    given(requested, authorized, captured, asked(4200), byHand(4200))
      .when(hearing({ status: "refunded", amount: total, cause: "cancellation" }))
      .emits(disputed("The provider refunded 4200 USD for cancellation.")));
});
