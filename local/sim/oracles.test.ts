import { describe, expect, it } from "vitest";
import type { Books } from "../judge/books.ts";
import { outside, type Told } from "./oracles.ts";
import type { Said } from "./people.ts";
import type { OrderPlan, Plan } from "./plan.ts";

const order: OrderPlan = {
  ...{ name: "order-1", at: 0, as: "alice", card: "tok_approve", twice: false, tries: 1 },
  lines: [{ productId: "prd_hay", quantity: 2 }],
};
const plan: Plan = {
  ...{ version: 1, seed: 1, until: 0, calmAt: 0, orders: [order], acts: [] },
  faults: { kind: "exactly", points: [] },
};
const ids = new Map([["order-1", "ord_1"]]);

/** A run in which two bales of twelve were sold for 998, and what is changed of it. */
const story = () => ({
  plan: structuredClone(plan),
  log: [
    { who: "alice", what: "place", order: "order-1", status: 202, json: { orderId: "ord_1" } },
  ] as Said[],
  told: new Map([["order-1", { status: "CONFIRMED", total: { amount: 998 } }]]) as Told,
  provider: new Map<string, object>([["pay_1", { state: "captured", card: "tok_approve" }]]),
  postings: [{ sk: "pay_1#captured", posting: [{ account: "merchant", amount: 998 }] }],
  stock: [
    ...[
      { productId: "prd_hay", available: 10 },
      { productId: "prd_collar", available: 6 },
    ],
    ...[
      { productId: "prd_parrot", available: 1 },
      { productId: "prd_goldfish", available: 1 },
    ],
    { productId: "prd_bird-cage", available: 3 },
  ],
  mails: [{ to: ["alice"], tags: { order: "ord_1", template: "order-confirmed" } }],
});
type Story = ReturnType<typeof story>;

const broken = (change: (told: Story) => unknown = () => {}) => {
  const told = story();
  change(told);
  const { postings, stock, provider } = told;
  const books = { postings, stock, provider } as unknown as Books;
  const shop = { local: { emails: () => told.mails } } as never;
  const found = outside(shop, told.plan, ids, told.log, books, told.told);
  return [...new Set(found.map(({ invariant }) => invariant))].sort();
};
const ends =
  (status: string) =>
  ({ told }: Story) =>
    told.set("order-1", { status, total: { amount: 998 } });
const backAgain = (told: Story) => {
  told.postings.push({ sk: "pay_1#refunded", posting: [{ account: "merchant", amount: -998 }] });
  Object.assign(told.stock[0] ?? {}, { available: 12 });
};
const cancel =
  (status: string) =>
  ({ log }: Story) =>
    log.push({ who: "alice", what: "cancel", order: "order-1", status: 202, json: { status } });

describe("I2 I5 I7 I8 I12 the ledgers outside of our tables", () => {
  it("have nothing to say of what was sold and paid", () => expect(broken()).toEqual([]));

  it("have nothing to say of what was cancelled and came back", () => {
    const all = (told: Story) => {
      ends("CANCELLED")(told);
      backAgain(told);
      cancel("CANCELLED")(told);
    };
    expect(broken(all)).toEqual([]);
  });

  it("have nothing to say of money that went back by hand", () => {
    const byHand = (told: Story) => {
      ends("CANCELLED")(told);
      Object.assign(told.stock[0] ?? {}, { available: 12 });
      const json = { amount: { amount: 998 } };
      told.log.push({ who: "admin", what: "refund by hand", order: "order-1", status: 201, json });
    };
    expect(broken(byHand)).toEqual([]);
  });

  it.each<[string, string[], (told: Story) => unknown]>([
    ["an order that was acknowledged is not there", ["I2", "I7", "I8"], ({ told }) => told.clear()],
    [
      "a key was answered with another order",
      ["I5"],
      ({ log }) =>
        log.push({
          who: "alice",
          what: "place",
          order: "order-1",
          status: 202,
          json: { orderId: "x" },
        }),
    ],
    ["an order was refused", ["I7"], ({ log }) => Object.assign(log[0] ?? {}, { status: 422 })],
    ["an order never ends", ["I2", "I7", "I8"], ends("PENDING")],
    ["who cancelled gets it all the same", ["I7"], cancel("CANCELLED")],
    [
      "it is rejected, and paid",
      ["I8"],
      (told) => {
        ends("REJECTED")(told);
        Object.assign(told.stock[0] ?? {}, { available: 12 });
      },
    ],
    ["it is confirmed, and nobody paid", ["I8"], (told) => told.postings.pop()],
    [
      "it is charged twice",
      ["I8"],
      (told) =>
        told.postings.push({
          ...(told.postings[0] as Story["postings"][0]),
          sk: "pay_1#captured#2",
        }),
    ],
    [
      "a declined card has bought",
      ["I8"],
      (told) => Object.assign(told.plan.orders[0] ?? {}, { card: "tok_decline" }),
    ],
    [
      "its card is still charged when it is off",
      ["I8"],
      (told) => {
        ends("CANCELLED")(told);
        backAgain(told);
        told.provider.set("pay_1", { state: "asked", card: "tok_approve" });
      },
    ],
    ["one bale is missing", ["I2"], (told) => Object.assign(told.stock[0] ?? {}, { available: 9 })],
    [
      "a delivery never reached the shelf",
      ["I2"],
      ({ log }) =>
        log.push({ who: "admin", what: "take in stock", status: 201, quantity: { prd_hay: 3 } }),
    ],
    ["a customer hears the same twice", ["I12"], (told) => told.mails.push(...told.mails)],
  ])("notice when %s", (_, invariants, change) => expect(broken(change)).toEqual(invariants));
});
