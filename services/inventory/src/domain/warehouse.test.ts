import { givenFor } from "@petstore/core/testing/given";
import { StockAdjusted, StockReceived, StockReceivedV1 } from "@petstore/events/inventory";
import { describe, expect, it } from "vitest";
import { warehouse } from "./warehouse.ts";

const item = (productId: string, available: number) => ({
  [productId]: { productId, available, stocked: available, version: 7 },
});
const shelf = { ...item("prd_flakes", 5), ...item("prd_goldfish", 1) };
const given = givenFor({ ...warehouse, initial: shelf });

const receive = {
  type: "ReceiveStock",
  receiptId: "rcp_1",
  lines: [
    { productId: "prd_goldfish", quantity: 10 },
    { productId: "prd_flakes", quantity: 2 },
  ],
} as const;
const flakes = { productId: "prd_flakes", quantity: 2, available: 7, stockVersion: 8 };
const goldfish = { productId: "prd_goldfish", quantity: 10, available: 11, stockVersion: 8 };
const received = StockReceived({ receiptId: "rcp_1", lines: [flakes, goldfish] });

const adjust = (quantity: number) =>
  ({
    type: "AdjustStock",
    adjustmentId: "adj_1",
    productId: "prd_flakes",
    quantity,
    reason: "A mouse.",
  }) as const;

describe("the warehouse", () => {
  it("says of a delivery what both versions of the event say", () =>
    given()
      .when(receive)
      .emits(
        StockReceivedV1({ receiptId: "rcp_1", ...flakes }),
        StockReceivedV1({ receiptId: "rcp_1", ...goldfish }),
        received,
      ));

  it("counts a delivery once, though two versions tell of it", () => {
    const decision = warehouse.decide(shelf, receive);
    const after = decision.ok ? decision.value.reduce(warehouse.evolve, shelf) : shelf;
    expect(after).toEqual({
      prd_flakes: { productId: "prd_flakes", available: 7, stocked: 7, version: 8 },
      prd_goldfish: { productId: "prd_goldfish", available: 11, stocked: 11, version: 8 },
    });
  });

  it("takes in nothing of a delivery with an unknown product", () =>
    given()
      .when({ ...receive, lines: [...receive.lines, { productId: "prd_unicorn", quantity: 1 }] })
      .refuses("UnknownProduct"));

  it("takes in no more than can be counted exactly", () => {
    const full = item("prd_flakes", Number.MAX_SAFE_INTEGER - 2);
    const given = givenFor({ ...warehouse, initial: { ...shelf, ...full } });
    expect(warehouse.decide({ ...shelf, ...full }, receive)).toMatchObject({ ok: true });
    given()
      .when({ ...receive, lines: [{ productId: "prd_flakes", quantity: 3 }] })
      .refuses("TooMuchStock");
    given().when(adjust(3)).refuses("TooMuchStock");
  });

  it("F45 corrects what was counted wrong", () =>
    given(received)
      .when(adjust(-3))
      .emits(
        StockAdjusted({
          ...flakes,
          quantity: -3,
          available: 4,
          stockVersion: 9,
          adjustmentId: "adj_1",
          reason: "A mouse.",
        }),
      ));

  it("I2 never corrects below zero", () => given().when(adjust(-6)).refuses("BelowZero"));
  it("corrects down to zero", () =>
    expect(warehouse.decide(shelf, adjust(-5))).toMatchObject({ ok: true }));
});
