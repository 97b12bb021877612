import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { by, isWrite, spoil } from "../../../local/spoil.ts";
import type { LedgerEvent } from "../../../services/payments/src/domain/ledger.ts";

const says =
  "Alice paid 4.99 and got 5.99 back: two of the shop's people gave her 1.00 and 2.00 by hand at the same moment, and the books have kept one of the two.";

/** Somebody of the shop has given a part back by hand, and writes it down. */
const giveByHand = ({ local }: Shop, order: string, amount: number, key: string) =>
  local.api({
    method: "POST",
    path: `/payments/${order}/refunds`,
    as: "admin",
    headers: { "idempotency-key": key },
    body: { amount: { amount, currency: "USD" }, reason: "By bank transfer." },
  });

/** All that Alice got back when she cancels after `byHand` was given back to her. */
const backAfterCancelling = async (shop: Shop, order: string, byHand: number) => {
  await shop.cancel(order);
  await shop.settle();
  const { provider } = await shop.books();
  const refunds: Record<string, number> = provider.get(order.replace("ord_", "pay_"))?.refunds;
  return Object.values(refunds).reduce((sum, amount) => sum + amount, byHand);
};

const twoAtOnce: Promised = async ({ shop }) => {
  const order = await shop.order();
  await shop.settle();
  const overtaken = spoil(
    shop.local,
    (call) => by("PaymentsApi")(call) && isWrite(call),
    async (call, next) => {
      await giveByHand(shop, order, 100, "the-first");
      await new Promise<void>((resolve) => shop.clock.after(1_000, "on the wire", resolve));
      return next(call);
    },
    1,
  );
  const { status } = await shop.drive(giveByHand(shop, order, 200, "the-second"));
  overtaken.stop();
  await shop.settle();
  if (status !== 201) return `The second note of money given back was answered with ${status}.`;
  const back = await backAfterCancelling(shop, order, 300);
  if (back === 499) return undefined;
  return back === 599 ? says : `Alice paid 4.99 and got ${back / 100} back.`;
};

const oneAfterTheOther: Promised = async ({ shop }) => {
  const order = await shop.order();
  await shop.settle();
  for (const [key, amount] of [
    ["the-first", 100],
    ["the-second", 200],
  ] as const) {
    await shop.drive(giveByHand(shop, order, amount, key));
    await shop.settle();
  }
  const back = await backAfterCancelling(shop, order, 300);
  return back === 499 ? undefined : `Alice paid 4.99 and got ${back / 100} back`;
};

const usd = (amount: number) => ({ amount, currency: "USD" }) as const;
const trace = {
  correlationId: "req_1",
  causationId: "req_1",
  hop: 0,
  traceparent: `00-${"1".repeat(32)}-${"1".repeat(16)}-01`,
};
const byHand = (key: string, amount: number): LedgerEvent => ({
  type: "RefundedByHand",
  data: { key, amount: usd(amount), reason: "By bank transfer.", by: "cus_carol" },
});

/** The history of Bob's payment, as it was written last year. */
const lastYear: LedgerEvent[] = [
  { type: "AuthorizationRequested", data: { total: usd(499), taskToken: "token", trace } },
  { type: "Authorized", data: { amount: usd(499) } },
  { type: "Captured", data: { amount: usd(499) } },
  byHand("the-first", 100),
  byHand("the-second", 200),
];

const oldHistory: Promised = async ({ load }) => {
  const { evolve, initial, left } = await load<
    typeof import("../../../services/payments/src/domain/payment-state.ts")
  >("services/payments/src/domain/payment-state.ts");
  const still = left(lastYear.reduce(evolve, initial));
  return still === 199
    ? undefined
    : `of Bob's 4.99 of last year 3.00 went back, and our books say that ${still / 100} are left`;
};

const STATE = "services/payments/src/domain/payment-state.ts";
const ALL = "byHand: { ...state.byHand, [key]: record }";
const LAST = "byHand: { [key]: record }";

export const lesson: Lesson = {
  title: "A ledger of events",
  see: { screen: "data", line: "npm run shop -- scenario cancel-paid" },
  promise: twoAtOnce,
  sabotage: [
    {
      file: "packages/core/src/event-store.ts",
      find: 'ConditionExpression: "attribute_not_exists(pk)",',
      replace: "",
    },
  ],
  says,
  exercise: {
    task: "Staff give money back by hand, in parts, one after the other; and still customers get more back than they paid. Every row of the payments' table is right. Find what is wrong, and mend it, without touching a row.",
    prepare: [{ file: STATE, find: ALL, replace: LAST }],
    tests: [
      {
        name: "what went back in two parts does not go back again",
        holds: oneAfterTheOther,
        hint: "The rows are right, and a sum is wrong: who makes the sum of the rows? Read what `left` in services/payments/src/domain/payment-state.ts counts, and then each event that changes it.",
      },
      {
        name: "a history of last year is read right, too",
        holds: oldHistory,
        hint: "Nobody can write last year's rows again. What is made of them is made anew each time: mend it there.",
      },
      {
        name: "two who write at once have both written",
        holds: twoAtOnce,
        hint: "That is the promise of the lesson itself: look at the condition in packages/core/src/event-store.ts.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one, and what your change of the fold does to events that are not by hand.",
  },
};
