import { usd } from "@petstore/core/money";
import { givenFor } from "@petstore/core/testing/given";
import { OrderId } from "@petstore/events/ids";
import {
  CancellationRequested,
  FulfilmentFailed,
  OrderAbandoned,
  OrderCancelled,
  OrderConfirmed,
  type OrderEvent,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRejected,
  OrderResumed,
} from "@petstore/events/orders";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OrderCommand, order } from "./order.ts";
import { isFinal, type OrderState } from "./order-state.ts";
import type { Run } from "./run.ts";

const given = givenFor(order);

const goldfish = { productId: "prd_goldfish", name: "Goldfish", quantity: 2, unitPrice: usd(4_50) };
const basket = {
  orderId: OrderId.create(),
  customerId: "cus_ada" as const,
  lines: [goldfish],
};
const who = { orderId: basket.orderId, customerId: basket.customerId };
const reason = { code: "OutOfStock", detail: "Only 1 left." };
const total = usd(9_00);

const placed = OrderPlaced({ ...basket, total });
const confirmed = OrderConfirmed({ ...who, lines: basket.lines, total });
const abandoned = OrderAbandoned({ ...who, reason });
const rejected = OrderRejected({ ...who, reason });
const returning = CancellationRequested({ ...who, lines: basket.lines, total });
const cancelled = OrderCancelled(who);
const returned = OrderCancelled({ ...who, sale: total });
const failed = FulfilmentFailed({ ...who, lines: basket.lines, total, reason });
const by = "cus_admin" as const;
const closed = FulfilmentFailed({ ...who, lines: basket.lines, total, reason, by });
const resumed = (status: "PENDING" | "CONFIRMED" | "CANCELLED", returns: { returns?: true } = {}) =>
  OrderResumed({ ...who, by, reason: "Try again.", status, ...returns });
const resume = { type: "ResumeOrder", by, reason: "Try again." } as const;
const stuck = OrderNeedsAttention({ ...who, step: "VoidPayment", cause: "no answer" });
const mark = { type: "MarkNeedsAttention", step: "VoidPayment", cause: "no answer" } as const;

describe("an order", () => {
  it("is placed with the total of its lines", () =>
    given()
      .when({ type: "PlaceOrder", ...basket })
      .emits(placed));

  it("F10 is refused where its prices make no sum that can be paid", () => {
    const at = (amount: number, currency: "USD" | "EUR" = "USD") => ({
      ...goldfish,
      unitPrice: { amount, currency },
    });
    const place = (...lines: (typeof goldfish)[]) =>
      given().when({ type: "PlaceOrder", ...basket, lines });
    place(at(1), at(1, "EUR") as typeof goldfish).refuses("MixedCurrencies");
    place(at(Number.MAX_SAFE_INTEGER)).refuses("SumTooLarge");
    place(at(0)).refuses("NothingToPay");
    place(at(0), at(1)).emits(OrderPlaced({ ...basket, lines: [at(0), at(1)], total: usd(2) }));
  });

  it("is placed once, however often the request is repeated", () =>
    given(placed)
      .when({ type: "PlaceOrder", ...basket })
      .emitsNothing());

  it("is confirmed once", () => {
    given(placed).when({ type: "ConfirmOrder" }).emits(confirmed);
    given(placed, confirmed).when({ type: "ConfirmOrder" }).emitsNothing();
  });

  it("answers a repeated confirmation as before, whatever came after it", () =>
    given(placed, confirmed, returning).when({ type: "ConfirmOrder" }).emitsNothing());

  it("F62a-d cancelled before it is confirmed cannot be confirmed any more", () => {
    given(placed).when({ type: "CancelOrder" }).emits(cancelled);
    given(placed, cancelled).when({ type: "ConfirmOrder" }).refuses("NotPlacedAnyMore");
    given(placed, cancelled).when({ type: "AbandonOrder", reason }).emitsNothing();
    given(placed, cancelled).when({ type: "RejectOrder", reason }).emitsNothing();
  });

  it("F62f cancelled after it was confirmed is on its way back until it is closed", () => {
    given(placed, confirmed).when({ type: "CancelOrder" }).emits(returning);
    given(placed, confirmed, returning).when({ type: "CloseOrder" }).emits(returned);
  });

  it("F62h cancelled twice is cancelled once", () => {
    given(placed, cancelled).when({ type: "CancelOrder" }).emitsNothing();
    given(placed, confirmed, returning).when({ type: "CancelOrder" }).emitsNothing();
  });

  it("is abandoned before it is undone, and rejected with the first reason after", () => {
    given(placed).when({ type: "AbandonOrder", reason }).emits(abandoned);
    given(placed, abandoned)
      .when({ type: "RejectOrder", reason: { code: "Other", detail: "later" } })
      .emits(rejected);
  });

  it("that is confirmed cannot be abandoned, nor rejected", () => {
    given(placed, confirmed).when({ type: "AbandonOrder", reason }).refuses("AlreadyConfirmed");
    given(placed, confirmed).when({ type: "RejectOrder", reason }).emitsNothing();
  });

  it("that was rejected, or that a person looks at, cannot be cancelled", () => {
    given(placed, abandoned, rejected).when({ type: "CancelOrder" }).refuses("AlreadyRejected");
    given(placed, stuck).when({ type: "CancelOrder" }).refuses("NeedsAttention");
  });

  it("that is over needs nobody's attention, whatever becomes of its sagas", () => {
    for (const history of [
      [abandoned, rejected],
      [confirmed, returning, returned],
      [confirmed, failed, returned],
      [stuck, closed, cancelled],
    ])
      given(placed, ...history)
        .when(mark)
        .emitsNothing();
  });

  it("that was cancelled before it was confirmed needs attention where its saga cannot give back what it holds", () =>
    given(placed, cancelled).when(mark).emits(stuck));

  it("needs attention only where the run says so that it is in the hands of", () => {
    const by = (saga: Run["saga"], name: string) => ({ ...mark, run: { saga, name } });
    const { orderId } = basket;
    given(placed, confirmed).when(by("FulfilOrder", orderId)).emits(stuck);
    given(placed, confirmed, returning).when(by("ReturnOrder", orderId)).emits(stuck);
    given(placed, confirmed, returning).when(by("FulfilOrder", orderId)).emitsNothing();
    const again = [placed, confirmed, stuck, resumed("CONFIRMED")];
    given(...again)
      .when(by("FulfilOrder", orderId))
      .emitsNothing();
    given(...again)
      .when(by("FulfilOrder", `${orderId}-1`))
      .emits(stuck);
  });

  it("that is being rejected is cancelled without a word: it is off already", () =>
    given(placed, abandoned).when({ type: "CancelOrder" }).emitsNothing());

  it("counts as a sale no more once, however often it is closed", () => {
    const before = [placed, confirmed, returning, returned, stuck]; // as it could be before
    given(...before, closed)
      .when({ type: "CloseOrder" })
      .emits(OrderCancelled({ ...who, reason }));
    given(...before, closed, stuck, closed)
      .when({ type: "CloseOrder" })
      .emits(OrderCancelled({ ...who, reason }));
  });

  it("gives its money back for the cause that was first", () => {
    const causeAfter = (...history: OrderEvent[]) => {
      const state = history.reduce(order.evolve, order.initial);
      return state.status !== "NEW" && state.cause;
    };
    expect(causeAfter(placed, confirmed, returning)).toBe("cancellation");
    expect(causeAfter(placed, confirmed, returning, stuck, closed)).toBe("cancellation");
    expect(causeAfter(placed, confirmed, failed, stuck, closed)).toBe("failure");
    expect(causeAfter(placed, stuck, closed)).toBe("failure");
  });

  it("F63 that cannot be delivered after all goes back, and is cancelled for a reason of ours", () => {
    given(placed, confirmed).when({ type: "GiveUpOrder", reason }).emits(failed);
    given(placed, confirmed, failed)
      .when({ type: "CloseOrder" })
      .emits(OrderCancelled({ ...who, sale: total, reason }));
  });

  it("F63 is given up once, and not when its customer cancelled it before", () => {
    for (const history of [[failed], [returning], [returning, returned], [stuck]])
      given(placed, confirmed, ...history)
        .when({ type: "GiveUpOrder", reason })
        .emitsNothing();
    given(placed).when({ type: "GiveUpOrder", reason }).refuses("NotConfirmed");
  });

  it("that needs attention goes on from where it was when a person says so", () => {
    given(placed, stuck).when(resume).emits(resumed("PENDING"));
    given(placed, confirmed, stuck).when(resume).emits(resumed("CONFIRMED"));
    given(placed, confirmed, returning, stuck)
      .when(resume)
      .emits(resumed("CONFIRMED", { returns: true }));
    given(placed, cancelled, stuck).when(resume).emits(resumed("CANCELLED"));
    given(placed, stuck, resumed("PENDING")).when({ type: "ConfirmOrder" }).emits(confirmed);
    given(placed, confirmed, returning, stuck, resumed("CONFIRMED"))
      .when({ type: "CloseOrder" })
      .emits(returned);
  });

  it("that needs attention is closed when a person says so, whatever it was", () => {
    for (const history of [[], [confirmed], [confirmed, returning], [cancelled], [abandoned]])
      given(placed, ...history, stuck)
        .when({ type: "CloseByShop", reason, by })
        .emits(closed);
  });

  it("is resumed or closed once, however often a person says so, and only when it needs attention", () => {
    given(placed, stuck, resumed("PENDING")).when(resume).emitsNothing();
    given(placed, stuck, closed).when({ type: "CloseByShop", reason, by }).emitsNothing();
    given(placed, confirmed).when(resume).refuses("NeedsNoAttention");
    given(placed, confirmed).when({ type: "CloseByShop", reason, by }).refuses("NeedsNoAttention");
  });

  it("I4 that was confirmed is never turned back by another run, whatever came after it", () => {
    for (const history of [[stuck], [failed], [returning, returned]]) {
      given(placed, confirmed, ...history)
        .when({ type: "ConfirmOrder" })
        .emitsNothing();
      given(placed, confirmed, ...history)
        .when({ type: "AbandonOrder", reason })
        .refuses("AlreadyConfirmed");
    }
  });

  it("that was given up before it was confirmed is not confirmed by a late run", () =>
    given(placed, stuck, closed).when({ type: "ConfirmOrder" }).refuses("NotPlacedAnyMore"));

  it("that does not exist refuses everything", () =>
    given().when({ type: "ConfirmOrder" }).refuses("NoSuchOrder"));

  it("I3 I4 takes the pivot at most once, leaves nothing that is final, and is off the books at most once, under any commands", () => {
    const command = fc.constantFrom<OrderCommand>(
      { type: "ConfirmOrder" },
      { type: "AbandonOrder", reason },
      { type: "RejectOrder", reason },
      { type: "CancelOrder" },
      { type: "CloseOrder" },
      { type: "GiveUpOrder", reason },
      { type: "CloseByShop", reason, by },
      resume,
      mark,
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        let state: OrderState = order.evolve(order.initial, placed);
        const history: OrderEvent[] = [];
        for (const next of commands) {
          const decision = order.decide(state, next);
          for (const event of decision.ok ? decision.value : []) {
            const before: OrderState = state;
            state = order.evolve(state, event);
            history.push(event);
            expect(before.status !== "NEW" && isFinal(before)).toBe(false);
          }
        }
        const onTheWayBack: string[] = [CancellationRequested.type, FulfilmentFailed.type];
        const decisions = history.filter(
          ({ type }, i) =>
            type === OrderConfirmed.type ||
            type === OrderAbandoned.type ||
            (type === OrderCancelled.type &&
              !history.slice(0, i).some(({ type }) => onTheWayBack.includes(type))),
        );
        expect(decisions.length).toBeLessThanOrEqual(1);
        const sales = history.filter(({ type, data }) => type === OrderCancelled.type && data.sale);
        expect(sales.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
