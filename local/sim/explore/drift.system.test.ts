import { newTrace } from "@petstore/core/context";
import { seal } from "@petstore/core/outbox";
import type { Rung } from "@petstore/core/saga";
import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import { OrderCancelled, OrderResumed } from "@petstore/events/orders";
import { namedChance } from "emulator/kernel/chance";
import { describe, expect, it } from "vitest";
import type { OrderState } from "../../../services/orders/src/domain/order-state.ts";
import { fulfilOrder } from "../../../services/orders/src/saga/fulfil-order.ts";
import { returnOrder } from "../../../services/orders/src/saga/return-order.ts";
import type { LedgerEvent } from "../../../services/payments/src/domain/ledger.ts";
import {
  evolve,
  initial,
  type PaymentState,
  refunded,
} from "../../../services/payments/src/domain/payment-state.ts";
import { secretOf } from "../../secrets.ts";
import { virtualShop } from "../../virtual-shop.ts";
import { type Alone, aloneWith, startOf } from "./alone.ts";
import { productId, orderId as theirId } from "./given.ts";
import { theRules } from "./rules.ts";

/** How many stories, and how many things are asked in each. */
const { DRIFT_STORIES = "40" } = process.env;
const LENGTH = 14;
const CARDS = [
  ...["tok_approve", "tok_disorder", "tok_decline", "tok_late", "tok_timeout_approve", "tok_gone"],
  ...["tok_refund_fails", "tok_overcharge", "tok_undercharge", "tok_nobody", "tok_disorder"],
];
/** Of one bale of hay, in the shop and in the model. */
const [OURS, THEIRS] = [499, 1000];

/** Down a ladder, across at its pivot, and up again. */
const [ladder, across, up] = [
  fulfilOrder.rungs.flatMap((rung: Rung) => rung.do ?? []),
  fulfilOrder.rungs.flatMap((rung: Rung) => rung.pivot?.or ?? []),
  fulfilOrder.rungs.flatMap((rung: Rung) => rung.undo ?? []).toReversed(),
];
const steps = [
  ...[...ladder, ...across, ...up, "GiveUpOrder", "MarkNeedsAttention"],
  ...returnOrder.rungs.flatMap((rung: Rung) => rung.do ?? []),
];
const acts = [
  ...["CancelOrder", "ResumeOrder", "CloseByShop", "RecordRefund", "WithdrawPayment"],
  ...["StartFulfilment", "StartCancellation", "the bank answers", "time expires"],
  ...["HearWebhook", "HearWebhook", "HearWebhook", "HearWebhook"],
];
const failure = { Error: "Refused", Cause: '{"errorMessage":"OutOfStock: None is left."}' };
const MINUTE = 60_000;

/** Somebody looks at an order that needs it, and its saga begins anew: seldom by chance alone. */
const lookedAt = ["MarkNeedsAttention", "ResumeOrder", "StartFulfilment", "StartCancellation"];

/** What is asked, one thing after the other: mostly the ladder in its order, and anything besides. */
const storyOf = (seed: number): string[] => {
  const { draw } = namedChance(seed, "drift");
  const pick = (some: string[]) => some[Math.floor(draw() * some.length)] as string;
  let next = 0;
  return Array.from({ length: LENGTH }, () => {
    if (draw() < 0.45 && next < ladder.length) return [ladder[next++] as string];
    return draw() < 0.1 ? lookedAt : [pick(draw() < 0.5 ? steps : acts)];
  }).flat();
};

/** What counts of an order, its goods and its payment, in the model's amounts and without what names it. */
const seen = (
  order: OrderState,
  stock: { status: string; available: number },
  payment: PaymentState,
  amounts: (amount: number) => number,
) => {
  const { status, was, resumed, reason, cause, closed, confirmed } = order as Exclude<
    OrderState,
    { status: "NEW" }
  >;
  const { withdrawn, authorized, captured, otherSum, refunding, taskToken } = payment;
  return {
    order: { status, was, resumed, reason: reason?.code, cause, closed, confirmed },
    stock,
    payment: {
      ...{ status: payment.status, withdrawn, taskToken, refunding: refunding?.cause },
      authorized: amounts(authorized),
      captured: amounts(captured),
      otherSum: otherSum && amounts(otherSum.amount),
      refunded: amounts(refunded(payment)),
      causes: Object.keys(payment.refunds).sort(),
      byHand: Object.keys(payment.byHand).length,
      disputes: payment.disputes.length,
      webhooks: payment.webhooks.length,
    },
  };
};

/** An order in the shop itself, whose functions are called one by one: no saga runs, no rule brings an event. */
const shopWith = async (seed: number, card: string, available: number) => {
  const shop = await virtualShop({ seed });
  const { local, drive, clock } = shop;
  const [told, news]: [string[], string[]] = [[], []];
  const { Schedules } = await local.call("scheduler", "ListSchedules", {});
  for (const { Name, GroupName } of Schedules)
    await local.call("scheduler", "DeleteSchedule", { Name, GroupName });
  local.cloud.guard(async (call, next) => {
    const { caller, operation, input } = call;
    if (caller.name.startsWith("rule ")) return { MessageId: "m", MD5OfMessageBody: "" };
    if (operation === "StartExecution") {
      const given = JSON.parse(input.input);
      expect(input.stateMachineArn).toContain(given.run.saga);
      expect(input.name).toBe(given.run.name);
      told.push(startOf(given));
      return { executionArn: `${input.stateMachineArn}:${input.name}`, startDate: 0 };
    }
    if (operation === "SendTaskSuccess" || operation === "SendTaskFailure") {
      told.push(`answers ${input.taskToken} ${operation === "SendTaskSuccess" ? "yes" : "no"}`);
      return {};
    }
    if (operation === "SendMessage" && input.QueueUrl.includes("ProviderWebhooks")) {
      news.push(input.MessageBody);
      return { MessageId: "m", MD5OfMessageBody: "" };
    }
    return next(call);
  });
  const post = async (path: string, as: string, body?: object, key = "key") => {
    const headers = { "idempotency-key": key };
    const { status } = await drive(local.api({ method: "POST", path, as, headers, body }));
    return status < 400 ? "done" : String(status);
  };
  const { stock } = await shop.books();
  const there = stock.find((row) => row.productId === productId)?.available;
  const count = { productId, quantity: available - there, reason: "Counted." };
  expect(await post("/stock/adjustments", "admin", count)).toBe("done");
  const id = await shop.order(card);
  await clock.advance(MINUTE);
  const {
    orders: [row],
  } = await shop.books();
  const { orderId, customerId, lines, total } = row?.state ?? {};
  const order = { orderId, customerId, lines, total };
  const input = { ...order, trace: newTrace(id), paymentToken: card };
  const event = (of: Parameters<typeof seal>[0]) => ({
    detail: seal(of, { source: "orders", aggregate: { type: "order", id, version: 9 } }),
  });
  let tokens = 0;

  const invoke = async (name: string, payload: object) => {
    try {
      await drive(local.invoke(name, payload));
      return "done";
    } catch (error) {
      const { name: kind, message } = error as Error;
      return kind === "Refused" ? (message.split(":")[0] as string) : "failed";
    }
  };
  const asked: Record<string, () => Promise<string>> = {
    CancelOrder: () => post(`/orders/${id}/cancel`, "alice"),
    ResumeOrder: () => post(`/orders/${id}/resume`, "admin", { reason: "Looked." }),
    CloseByShop: () => post(`/orders/${id}/close`, "admin", { reason: "Looked." }),
    RecordRefund: () =>
      post(`/payments/${id}/refunds`, "admin", { amount: total, reason: "Cash." }),
    WithdrawPayment: () =>
      invoke("WithdrawPayment", event(OrderCancelled({ orderId, customerId }))),
    StartFulfilment: () => invoke("StartFulfilment", event(resumed())),
    StartCancellation: () => invoke("StartCancellation", event(resumed())),
    HearWebhook: async () => {
      const body = news.shift();
      if (body === undefined) return "done";
      const secret = await secretOf(local, "WebhookSecret");
      const headers = { [SIGNATURE_HEADER]: signWebhook(body, secret, clock.now()) };
      const sent = { method: "POST", path: "/webhooks/payments", headers, body };
      const { status } = await drive(local.api(sent));
      return status < 400 ? "done" : String(status);
    },
    "the bank answers": async () => {
      await clock.advance(MINUTE);
      return "done";
    },
    "time expires": async () => {
      await clock.advance(61 * MINUTE);
      return invoke("SweepReservations", {});
    },
  };
  const resumed = () =>
    OrderResumed({ orderId, customerId, by: customerId, reason: "Looked.", status: "PENDING" });

  return {
    told: () => told.map((one) => one.replace(id, theirId)),
    news: () => news.map((body) => JSON.parse(body).data.status as string),
    stop: () => shop.local.stop(),
    ask: (what: string) => {
      const run = { saga: "FulfilOrder", name: id };
      const taskToken = what === "AuthorizePayment" ? String(++tokens) : undefined;
      const more = { failure, failedStep: "ReserveStock", cause: "cancellation", taskToken };
      return asked[what]?.() ?? invoke(what, { ...input, ...more, run });
    },
    async see() {
      const books = await shop.books();
      const ledger = (books.payments.get(id.replace("ord_", "pay_")) ?? []).filter(({ sk }) =>
        String(sk).startsWith("EVENT#"),
      ) as (LedgerEvent & { sk: string })[];
      ledger.sort((a, b) => (a.sk < b.sk ? -1 : 1));
      return seen(
        books.orders[0]?.state,
        {
          status: books.reservations[0]?.status ?? "NONE",
          available: books.stock.find((one) => one.productId === productId)?.available,
        },
        ledger.reduce(evolve, initial),
        (amount) => (amount === 0 ? 0 : amount - OURS + THEIRS),
      );
    },
  };
};

const seeAlone = ({ state: { order, stock, payment } }: Alone) => {
  const { status } = stock.reservation;
  const available = stock.shelf[productId as never]?.available ?? 0;
  return seen(order, { status, available }, payment, (amount) => amount);
};

/** Asks the model the same. */
const askAlone = (alone: Alone, what: string, token: () => number): string => {
  const run = { saga: "FulfilOrder", name: theirId } as const;
  const input = { run, cause: "cancellation" };
  if (what === "the bank answers") alone.settle();
  if (what === "the bank answers") return "done";
  if (what === "time expires") {
    alone.settle();
    return alone.run("ExpireReservation");
  }
  if (what !== "HearWebhook")
    return alone.run(what, {
      ...{ input, failedStep: "ReserveStock", failure },
      ...(what === "AuthorizePayment" && { token: token() }),
    });
  const [news] = alone.news.splice(0, 1);
  return news ? alone.run(what, alone.webhook(news)) : "done";
};

/** What a client hears of a refusal is a status; the model says why. */
const alike = (ours: string, theirs: string) =>
  /^[45]\d\d$/.test(ours) ? theirs !== "done" : ours === theirs;

describe("the explorer's model of the functions", () => {
  it.each(Array.from({ length: Number(DRIFT_STORIES) }, (_, i) => i + 1))(
    "I3 I4 answers, writes and tells what the functions themselves do, one after the other (story %i)",
    async (seed) => {
      const card = CARDS[seed % CARDS.length] as string;
      const available = seed % 7 === 0 ? 0 : 1;
      const shop = await shopWith(seed, card, available);
      const alone = aloneWith(theRules, card, available);
      let tokens = 0;
      const asked: string[] = [];
      try {
        expect(seeAlone(alone)).toEqual(await shop.see());
        for (const what of storyOf(seed)) {
          asked.push(what);
          const [ours, theirs] = [await shop.ask(what), askAlone(alone, what, () => ++tokens)];
          const story = `${card}, ${available} there: ${asked.join(", ")}`;
          expect(alike(ours, theirs) || `${ours} is not ${theirs}`, story).toBe(true);
          expect(seeAlone(alone), story).toEqual(await shop.see());
          expect(alone.told, story).toEqual(shop.told());
          expect(
            alone.news.map(({ statement }) => statement.status),
            story,
          ).toEqual(shop.news());
        }
      } finally {
        shop.stop();
      }
    },
  );
});
