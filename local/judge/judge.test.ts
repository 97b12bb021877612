import { describe, expect, it } from "vitest";
import type { Books } from "./books.ts";
import { judge, judged } from "./judge.ts";

const usd = (amount: number) => ({ amount, currency: "USD" });
const [ord, pay] = ["ord_1", "pay_1"];
const entry = (type: string, amount: number) => ({ type, data: { amount: usd(amount) } });
const posting = (kind: string, amount: number) => ({
  sk: `${pay}#${kind}`,
  posting: [
    { account: "customer", amount: -amount },
    { account: "merchant", amount },
  ],
});

const lines = [{ productId: "prd_parrot", quantity: 1, name: "Polly", unitPrice: usd(100) }];
const view = (more: object) => ({
  status: "CONFIRMED",
  version: 2,
  total: usd(100),
  lines,
  paid: usd(100),
  refunded: null,
  ...more,
});

/** The books of a shop that sold one of its five parrots. */
const books = (): Books => ({
  orders: [
    { id: ord, version: 2, state: { orderId: ord, status: "CONFIRMED", total: usd(100), lines } },
  ],
  stock: [{ productId: "prd_parrot", available: 4, stocked: 5 }],
  reservations: [
    { orderId: ord, status: "SOLD", lines: [{ productId: "prd_parrot", quantity: 1 }] },
  ],
  payments: new Map([[pay, [entry("Authorized", 100), entry("Captured", 100)]]]),
  provider: new Map([[pay, {}]]),
  postings: [posting("captured", 100)],
  views: new Map([[ord, view({})]]),
  products: new Map([["prd_parrot", { available: 4 }]]),
  messages: [],
  steps: [],
  outboxes: [],
  deadLetters: [],
  running: [],
});

const order = (changed: Books) => changed.orders[0]?.state;
const reservation = (changed: Books) => changed.reservations[0] ?? {};

/** A person of the shop gave the money back, outside of the provider, and the order is off. */
const refundByHand = (changed: Books) => {
  changed.payments.get(pay)?.push(entry("RefundedByHand", 100));
  Object.assign(order(changed) ?? {}, { status: "CANCELLED" });
  Object.assign(reservation(changed), { status: "RETURNED" });
  Object.assign(changed.stock[0] ?? {}, { available: 5 });
  changed.products.set("prd_parrot", { available: 5 });
  changed.views.set(ord, view({ status: "CANCELLED", refunded: usd(100) }));
};

/** The order was cancelled before it was paid for. */
const cancelledUnpaid = (changed: Books) => {
  changed.payments.set(pay, [entry("Authorized", 100)]);
  changed.postings.pop();
  Object.assign(order(changed) ?? {}, { status: "CANCELLED" });
  Object.assign(reservation(changed), { status: "RELEASED" });
  Object.assign(changed.stock[0] ?? {}, { available: 5 });
  changed.products.set("prd_parrot", { available: 5 });
  changed.views.set(ord, view({ status: "CANCELLED", paid: null }));
};

/** One lie each, and the promises that it breaks. */
const lies: [what: string, lie: (changed: Books) => unknown, broken: string[]][] = [
  [
    "more goes back than came in",
    (b) => b.payments.get(pay)?.push(entry("Refunded", 150)),
    ["I1", "I8", "I10", "I13"],
  ],
  [
    "more is captured than the order costs",
    (b) => b.payments.set(pay, [entry("Authorized", 120), entry("Captured", 120)]),
    ["I1", "I8", "I10", "I13"],
  ],
  ["one is sold twice", (b) => b.reservations.push({ ...reservation(b), orderId: ord }), ["I2"]],
  [
    "less than nothing is left",
    (b) => Object.assign(b.stock[0] ?? {}, { available: -1, stocked: 0 }),
    ["I2", "I13"],
  ],
  [
    "an order is forgotten half-way",
    (b) => Object.assign(order(b), { status: "PLACED" }),
    ["I7", "I8", "I13"],
  ],
  [
    "an order is confirmed and never paid",
    (b) => {
      b.payments.delete(pay);
      b.postings.pop();
    },
    ["I8", "I13"],
  ],
  [
    "an order is cancelled before it was confirmed, and a step of it stays done",
    (b) => {
      cancelledUnpaid(b);
      b.provider.set(pay, {});
      b.steps.push({ orderId: ord, sk: "STEP#WrapGift", status: "DONE", undo: "UnwrapGift" });
    },
    ["I9"],
  ],
  [
    "an order is cancelled and still paid",
    (b) => {
      Object.assign(order(b), { status: "CANCELLED" });
      b.views.set(ord, view({ status: "CANCELLED" }));
    },
    ["I8"],
  ],
  [
    "an order is confirmed and nothing is sold",
    (b) => Object.assign(reservation(b), { status: "RELEASED" }),
    ["I2", "I8"],
  ],
  [
    "stock is held for ever",
    (b) => Object.assign(reservation(b), { status: "HELD" }),
    ["I8", "I9"],
  ],
  [
    "a card stays blocked",
    (b) => {
      cancelledUnpaid(b);
      b.provider.set(pay, { state: "asked", card: "tok_approve" });
    },
    ["I9"],
  ],
  [
    "the provider took money that we do not know of",
    (b) => b.postings.push({ ...posting("captured", 100), sk: `${pay}#captured#2` }),
    ["I10"],
  ],
  ["the provider's books do not add up", (b) => b.postings[0]?.posting.pop(), ["I10"]],
  [
    "what was refunded by hand was refunded by the provider as well",
    (b) => {
      refundByHand(b);
      b.postings.push(posting("refunded", -100));
    },
    ["I10"],
  ],
  [
    "more was refunded by hand than was paid",
    (b) => {
      refundByHand(b);
      b.payments.get(pay)?.push(entry("RefundedByHand", 1));
    },
    ["I1", "I8", "I13"],
  ],
  ["an event is never told", (b) => b.outboxes.push({ pk: ord, sk: "000003" }), ["I11"]],
  ...Object.entries({
    status: "PENDING",
    version: 1,
    total: usd(101),
    lines: [],
    paid: null,
    refunded: usd(1),
  }).map(([name, value]): [string, (changed: Books) => unknown, string[]] => [
    `a view says another ${name}`,
    (b) => b.views.set(ord, view({ [name]: value })),
    ["I13"],
  ]),
  ["a view is missing", (b) => b.views.delete(ord), ["I13"]],
  [
    "a product's view says something else",
    (b) => b.products.set("prd_parrot", { available: 5 }),
    ["I13"],
  ],
  [
    "a reservation has no order",
    (b) => b.reservations.push({ orderId: "ord_2", status: "RELEASED", lines: [] }),
    ["I15"],
  ],
  ["a payment has no order", (b) => b.payments.set("pay_2", []), ["I15"]],
  ["the provider knows of an order that we do not", (b) => b.provider.set("pay_2", {}), ["I15"]],
  ["a dead letter lies about", (b) => b.deadLetters.push({ queue: "Dlq", count: 1 }), ["I16"]],
  ["a saga never ends", (b) => b.running.push(ord), ["I17"]],
];

describe("the judge", () => {
  it("has nothing to say of books that are in order", () => expect(judge(books())).toEqual([]));

  it("has nothing to say of money that went back by hand, in our ledger only (I10)", () => {
    const changed = books();
    refundByHand(changed);
    expect(judge(changed)).toEqual([]);
  });

  it.each([
    { state: "voided", card: "tok_approve" },
    { state: "asked", card: "tok_decline" },
    { state: "asked", card: "tok_gone" },
  ])("has nothing to say of a card that nobody blocks: $state $card (I9)", (payment) => {
    const changed = books();
    cancelledUnpaid(changed);
    changed.provider.set(pay, payment);
    expect(judge(changed)).toEqual([]);
  });

  it.each(lies)("notices when %s", (_, lie, broken) => {
    const changed = books();
    lie(changed);
    const numbers = judge(changed).map(({ invariant }) => invariant.split(" ")[0]);
    expect([...new Set(numbers)].sort()).toEqual([...broken].sort());
  });

  it("is tried on every promise that it judges: I1 I2 I7 I8 I9 I10 I11 I13 I15 I16 I17", () => {
    const tried = new Set(lies.flatMap(([, , broken]) => broken));
    expect(
      judged.map((name) => name.split(" ")[0]).filter((name) => !tried.has(name ?? "")),
    ).toEqual([]);
  });
});
