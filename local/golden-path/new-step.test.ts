import { describe, expect, it } from "vitest";
import { newStepOf } from "./new-step.ts";

describe("what a new step is asked for", () => {
  it("is its place on a ladder, its undo before the pivot, and who does it", () => {
    const asked = { after: "ReserveStock", undo: "UntieRibbon", place: "inventory" };
    expect(newStepOf("TieRibbon", asked)).toMatchObject({
      ladder: { saga: "FulfilOrder", file: "services/orders/src/saga/fulfil-order.ts" },
      context: { table: { constant: "stock", link: "InventoryTable" } },
    });
    const late = { undo: undefined, place: "orders" };
    for (const after of ["ConfirmOrder", "CommitStock", "RefundPayment"])
      expect(newStepOf("StampCard", { ...late, after }).undo).toBeUndefined();
  });

  it("is undone after the pivot when the money is back, and before the stock is", () => {
    const asked = { undo: "UntieRibbon", place: "inventory" };
    const tied = newStepOf("TieRibbon", { ...asked, after: "ReserveStock" });
    expect(tied.undoneBefore).toBe("ReturnStock");
    // Above it may be more that was made so.
    const later = newStepOf("TieRibbon", { ...asked, after: "AuthorizePayment" });
    const { steps } = later.wayBack;
    expect(steps.indexOf(String(later.undoneBefore))).toBeGreaterThan(
      steps.indexOf("RefundPayment"),
    );
  });

  it.each([
    [
      "TieRibbon",
      "ReserveStock",
      undefined,
      "inventory",
      /before the pivot, ConfirmOrder, .*--undo/,
    ],
    [
      "TieRibbon",
      "ConfirmOrder",
      "UntieRibbon",
      "inventory",
      /After the pivot, ConfirmOrder, there is no/,
    ],
    ["TieRibbon", "CapturePayment", "UntieRibbon", "inventory", /tried until they are done/],
    ["TieRibbon", "RefundPayment", "UntieRibbon", "inventory", /ReturnOrder has no way back/],
    ["TieRibbon", "CloseOrder", undefined, "inventory", /CloseOrder ends the order/],
    [
      "TieRibbon",
      "ShipOrder",
      "UntieRibbon",
      "inventory",
      /no step "ShipOrder" .*there are ReserveStock/,
    ],
    ["TieRibbon", "ReserveStock", "UntieRibbon", "shipping", /no context "shipping"/],
    ["TieRibbon", "ReserveStock", "UntieRibbon", "read-side", /comes after the sagas/],
    ["CommitStock", "ReserveStock", "UntieRibbon", "inventory", /something called CommitStock/],
    ["NeedsAttention", "CapturePayment", undefined, "orders", /something called NeedsAttention/],
    ["OrderPlaced", "CapturePayment", undefined, "orders", /something called OrderPlaced/],
    ["TieRibbon", "ReserveStock", "ReleaseStock", "inventory", /something called ReleaseStock/],
    ["TieRibbon", "ReserveStock", "TieRibbon", "inventory", /cannot undo itself/],
    ["wrap", "ReserveStock", "UntieRibbon", "inventory", /two words or more, .* not "wrap"/],
  ])(
    "is refused in one sentence: %s --after %s --undo %s --in %s",
    (name, after, undo, place, sentence) => {
      expect(() => newStepOf(name, { after, undo, place })).toThrow(sentence);
    },
  );
});
