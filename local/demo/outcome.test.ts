import { describe, expect, it } from "vitest";
import type { Books } from "../judge/books.ts";
import { missing, type Outcome, outcomeOf, surprises } from "./outcome.ts";
import type { Order, Scene } from "./play.ts";
import { type Story, stories } from "./stories.ts";

const story = (id: string) => stories.find((one) => one.id === id) as Story;
const scene = (id: string, status: Order["status"], more: Partial<Order> = {}): Scene => ({
  story: story(id),
  number: 1,
  order: {
    orderId: "ord_1",
    status,
    total: { amount: 100, currency: "USD" },
    timeline: [],
    ...more,
  },
  over: true,
  ms: 5,
});
/** The books of one order, with these entries in its ledger and this reservation. */
const books = (entries: [type: string, amount: number][], reservation = "RELEASED"): Books =>
  ({
    orders: [{ id: "ord_1" }],
    reservations: [{ orderId: "ord_1", status: reservation, lines: [{ quantity: 3 }] }],
    payments: new Map([
      ["pay_1", entries.map(([type, amount]) => ({ type, data: { amount: { amount } } }))],
    ]),
  }) as unknown as Books;
const paid: [string, number][] = [["Captured", 100]];
const OutOfStock = { code: "OutOfStock", detail: "" };

describe("how a story ended", () => {
  it.each<[string, string | undefined, Scene, Books]>([
    ["sold", "sold", scene("goldfish", "CONFIRMED"), books(paid, "SOLD")],
    ["sold, but not paid", undefined, scene("goldfish", "CONFIRMED"), books([], "SOLD")],
    ["paid, but not sold", undefined, scene("goldfish", "CONFIRMED"), books(paid)],
    ["sold out", "sold out", scene("two", "REJECTED", { reason: OutOfStock }), books([])],
    ["sold out and paid", undefined, scene("two", "REJECTED", { reason: OutOfStock }), books(paid)],
    ["rejected for no reason", undefined, scene("two", "REJECTED"), books([])],
    ["never charged", "never charged", scene("pivot", "CANCELLED"), books([])],
    ["kept money", undefined, scene("pivot", "CANCELLED"), books(paid)],
    ["given back", "given back", scene("pivot", "CANCELLED"), books([...paid, ["Refunded", 100]])],
    ["not at all", undefined, scene("pivot", "NEEDS_ATTENTION"), books([])],
  ])("%s", (_, ended, seen, written) => expect(outcomeOf(seen, written).ended).toBe(ended));

  it("is said in a sentence where it had to end otherwise", () => {
    const seen = [scene("declined", "CONFIRMED")];
    expect(surprises(seen, [outcomeOf(seen[0] as Scene, books(paid, "SOLD"))])).toEqual([
      '#1 (bob: the bank declines) had to end "declined", but is CONFIRMED with 100 captured, 0 refunded and 3 taken from stock.',
    ]);
  });

  it("is wrong where both rivals got the last animal, or neither", () => {
    const rivals = ["parrot-b", "parrot-c"].map((id, i) => ({
      ...scene(id, "PENDING"),
      number: i + 1,
    }));
    const ends = (ended: "sold" | "sold out") =>
      rivals.map(() => ({ expected: [ended], ended }) as unknown as Outcome);
    expect(surprises(rivals, ends("sold"))).toEqual(["2 of 2 rivals got the parrot, not one."]);
    expect(surprises(rivals, ends("sold out"))).toEqual(["0 of 2 rivals got the parrot, not one."]);
  });

  it("leaves no acknowledged order out of the books, and none in them that is nobody's", () => {
    const outcome = { orderId: "ord_2" } as Outcome;
    expect(missing([outcome], books([])).map(({ what }) => what)).toEqual([
      "ord_2 was acknowledged, and is lost",
      "ord_1 is in the books, and nobody's",
    ]);
  });
});
