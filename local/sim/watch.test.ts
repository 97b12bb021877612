import { marshall } from "@aws-sdk/util-dynamodb";
import type { Entry } from "emulator/kernel/trace";
import { describe, expect, it } from "vitest";
import type { Row } from "../judge/books.ts";
import { watch } from "./watch.ts";

const [ord, pay] = ["ord_1", "pay_1"];
const stock = [{ productId: "prd_parrot", available: 5, stocked: 5 }];

const item = (table: string, before: Row | undefined, after: Row | undefined): Entry => ({
  ...{ seq: 1, at: 7, kind: "item", cause: undefined, table: `petstore-local-${table}TableTable` },
  ...(before && { before: marshall(before) }),
  ...(after && { after: marshall(after) }),
});
const next: Entry = { seq: 2, at: 7, kind: "answer", cause: undefined };

const order = (status: string, version: number, more: object = {}) => ({
  ...{ __edb_e__: "order", id: ord, version, state: { status, ...more } },
});
const goes = (from: Row | undefined, to: Row | undefined) => item("Orders", from, to);
const held = (status: string, quantity = 1) => ({
  ...{ __edb_e__: "reservation", orderId: ord, status },
  lines: [{ productId: "prd_parrot", quantity }],
});
const shelf = (available: number, stocked = 5) => ({
  ...{ __edb_e__: "stock", productId: "prd_parrot", available, stocked },
});
const paid = (type: string, amount = 100, more: object = {}) =>
  item("Payments", undefined, {
    ...{ pk: pay, sk: "EVENT#1", type, data: { amount: { amount }, ...more } },
  });
const posted = (kind: string, amount: number) =>
  item("Provider", undefined, {
    ...{ pk: "LEDGER", sk: `${pay}#${kind}#${amount}` },
    posting: [{ account: "merchant", amount }],
  });

const seen = (...entries: Entry[]) => {
  const watching = watch(stock, new Set([ord]));
  for (const entry of [...entries, next]) watching.see(entry);
  return watching.violations.map(({ invariant }) => invariant);
};
const begun = goes(undefined, order("PLACED", 1));
const taken = [item("Inventory", undefined, held("HELD")), item("Inventory", shelf(5), shelf(4))];

describe("I1 I2 I3 I5 what is watched at each step", () => {
  it.each<[string, Entry[]]>([
    [
      "an order that goes through",
      [begun, goes(order("PLACED", 1), order("CONFIRMED", 2)), ...taken],
    ],
    ["what a transaction has half written", taken],
    ["money that comes in and goes back", [paid("Authorized"), paid("Captured"), paid("Refunded")]],
    [
      "another sum that a person was told of",
      [
        ...[paid("Authorized"), paid("Disputed", 0, { captured: { amount: 120 } })],
        paid("Captured", 120),
      ],
    ],
    [
      "an order that goes on from where it needed a person",
      [begun, goes(order("NEEDS_ATTENTION", 2, { was: "CONFIRMED" }), order("CONFIRMED", 3))],
    ],
    [
      "stock that comes back",
      [
        ...taken,
        item("Inventory", held("HELD"), held("RELEASED")),
        item("Inventory", shelf(4), shelf(5)),
      ],
    ],
    [
      "a mark beside an order that is taken away",
      [begun, goes({ ...order("PLACED", 1), open: "yes" }, order("PLACED", 1))],
    ],
    ["a delivery", [item("Inventory", shelf(5), shelf(8, 8))]],
  ])("has nothing to say of %s", (_, entries) => expect(seen(...entries)).toEqual([]));

  it.each<[string, string, Entry[]]>([
    [
      "I1",
      "more goes back than came in",
      [paid("Authorized"), paid("Captured"), paid("Refunded", 101)],
    ],
    [
      "I1",
      "two causes give all of it back",
      [...[paid("Authorized"), paid("Captured"), paid("Refunded"), paid("RefundedByHand")]],
    ],
    ["I1", "more is captured than was authorised", [paid("Authorized"), paid("Captured", 101)]],
    ["I1", "the provider gives back what it never took", [posted("refunded", -100)]],
    [
      "I2",
      "one is sold that is not taken from the shelf",
      [item("Inventory", undefined, held("HELD"))],
    ],
    ["I2", "one goes that nobody holds", [item("Inventory", shelf(5), shelf(4))]],
    [
      "I2",
      "less than nothing is left",
      [item("Inventory", undefined, held("HELD", 6)), item("Inventory", shelf(5), shelf(-1))],
    ],
    [
      "I3",
      "an order is cancelled that was rejected",
      [goes(order("REJECTED", 3), order("CANCELLED", 4))],
    ],
    [
      "I3",
      "an order comes back from its end",
      [goes(order("CANCELLED", 4, { closed: true }), order("NEEDS_ATTENTION", 5))],
    ],
    ["I3", "a version is left out", [goes(order("PLACED", 1), order("CONFIRMED", 3))]],
    ["I3", "a version is written twice", [goes(order("PLACED", 2), order("CONFIRMED", 2))]],
    ["I3", "an order begins in its middle", [goes(undefined, order("CONFIRMED", 1))]],
    [
      "I5",
      "an order is there that nobody placed",
      [goes(undefined, { ...order("PLACED", 1), id: "ord_2" })],
    ],
    ["I7", "an order is deleted", [goes(order("PLACED", 1), undefined)]],
    [
      "I10",
      "a posting is deleted",
      [item("Provider", { pk: "LEDGER", sk: `${pay}#captured` }, undefined)],
    ],
  ])("%s: it notices when %s", (invariant, _, entries) =>
    expect(new Set(seen(...entries))).toEqual(new Set([invariant])),
  );

  it("knows which orders are still under way", () => {
    const watching = watch(stock, new Set([ord]));
    watching.see(begun);
    expect(watching.open()).toEqual([ord]);
    watching.see(goes(order("PLACED", 1), order("NEEDS_ATTENTION", 2)));
    expect(watching.open()).toEqual([]);
  });
});
