import { describe, expect, it } from "vitest";
import type { Books } from "../judge/books.ts";
import { catalogue } from "../seed/catalogue.ts";
import type { ClientLog } from "./customers.ts";
import { outsideOracles } from "./oracles.ts";

const HAY = "prd_hay";
const stocked = catalogue.find(({ productId }) => productId === HAY)?.stock ?? 0;
const lines = [{ productId: HAY, quantity: 2 }];

/** A customer who was told of one confirmed order, and books that say the same. */
const story = () => {
  const log: ClientLog = {
    wishes: [
      {
        key: "order-1",
        as: "alice",
        lines,
        card: "tok_approve",
        status: 202,
        orderId: "ord_1",
        cancels: false,
      },
    ],
    deliveries: [{ key: "delivery-1", lines: [{ productId: HAY, quantity: 10 }], taken: true }],
  };
  const posting = [
    { account: "customer", amount: -500 },
    { account: "merchant", amount: 500 },
  ];
  const books = {
    orders: [{ id: "ord_1", state: { status: "CONFIRMED", total: { amount: 500 } } }],
    postings: [{ sk: "pay_1#1", posting }],
    stock: [{ productId: HAY, available: stocked + 10 - 2 }],
  };
  return { log, books };
};

/** What they say of a story. */
const outside = ({ log, books }: ReturnType<typeof story>) =>
  outsideOracles(log, books as unknown as Books).map(({ what }) => what);

describe("the oracles outside the shop's tables", () => {
  it("say nothing where all agree", () => {
    expect(outside(story())).toEqual([]);
  });

  it.each<[string, (one: ReturnType<typeof story>) => void, RegExp]>([
    ["an order that was acknowledged is gone", ({ books }) => books.orders.pop(), /no such order/],
    ["an order of which nobody was told", ({ log }) => log.wishes.pop(), /nobody was told/],
    [
      "one order was acknowledged under two keys",
      ({ log }) =>
        log.wishes.push({ ...(log.wishes[0] as ClientLog["wishes"][0]), key: "order-2" }),
      /under two keys/,
    ],
    [
      "a cancellation was acknowledged, and the order stands",
      ({ log }) => Object.assign(log.wishes[0] as object, { cancelStatus: 202 }),
      /cancelled, and it is CONFIRMED/,
    ],
    [
      "the provider took the money twice",
      ({ books }) =>
        books.postings.push({
          ...(books.postings[0] as (typeof books.postings)[0]),
          sk: "pay_1#2",
        }),
      /has 1000 of 500/,
    ],
    ["the provider took nothing", ({ books }) => books.postings.pop(), /has 0 of 500/],
    [
      "the warehouse has one too few",
      ({ books }) => Object.assign(books.stock[0] as object, { available: stocked + 7 }),
      /came in and 2 were sold/,
    ],
    [
      "a delivery was taken that was not acknowledged",
      ({ log }) => Object.assign(log.deliveries[0] as object, { taken: false }),
      /came in and 2 were sold/,
    ],
  ])("find that %s", (_, spoil, words) => {
    const told = story();
    spoil(told);
    expect(outside(told).join("; ")).toMatch(words);
  });
});
