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

  it("waits with a refund until the capture has settled", () =>
    given(requested, authorized)
      .when({ type: "RefundPayment", amount: total, cause: "cancellation", trace })
      .refuses("NotYetCaptured"));

  it("refunds a cause once (mutant 24)", () =>
    given(requested, authorized, captured, refund(4200))
      .when({ type: "RefundPayment", amount: total, cause: "cancellation", trace })
      .emitsNothing());

  it("refuses a second cause beyond what came in (F58)", () =>
    given(requested, authorized, captured, refund(4199))
      .when({ type: "RefundPayment", amount: usd(2), cause: "failure", trace })
      .refuses("RefundExceedsCapture"));

  it("refunds nothing for a second cause when all went back for the first (F58)", () =>
    given(requested, authorized, captured, refund(4200))
      .when({ type: "RefundPayment", amount: total, cause: "failure", trace })
      .emitsNothing());

  it("gives up what was never taken when we failed, and leaves nothing to give back", () => {
    const command = { type: "RefundPayment", amount: total, cause: "failure", trace } as const;
    given(requested, authorized).when(command).emits(withdrawn);
    given(requested, authorized, withdrawn).when(command).emitsNothing();
    given(requested, authorized, withdrawn, voided).when(command).emitsNothing();
    given().when(command).emits(withdrawn);
  });

  it("takes nothing any more once the provider refused to hand it over (F50)", () => {
    const refused: LedgerEvent = { type: "CaptureRefused", data: { why: "It expired." } };
    const hears = { type: "HearRefusedCapture", why: "It expired." } as const;
    const cancelling = {
      type: "RefundPayment",
      amount: total,
      cause: "cancellation",
      trace,
    } as const;
    given(requested, authorized).when(hears).emits(refused);
    given(requested, authorized, refused).when(hears).emitsNothing();
    given(requested, authorized, captured).when(hears).emitsNothing();
    given(requested, authorized, refused).when({ type: "CapturePayment" }).refuses("PaymentVoided");
    given(requested, authorized, refused).when(cancelling).emitsNothing();
  });

  it("refunds in parts, to the cent (F59)", () =>
    given(requested, authorized, captured, refund(4199))
      .when({ type: "RefundPayment", amount: usd(1), cause: "failure", trace })
      .emitsNothing());
});
