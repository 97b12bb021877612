import { usd } from "@petstore/core/money";
import { OrderId } from "@petstore/events/ids";
import { describe, expect, it } from "vitest";
import type { Placed } from "./order-state.ts";
import { isOpen, runOf } from "./run.ts";

const orderId = OrderId.create();
const an = (status: Placed["status"], more: Partial<Placed> = {}): Placed => ({
  ...{ orderId, customerId: "cus_ada", lines: [], total: usd(0), status },
  ...more,
});

describe("an order's run", () => {
  it("is of the saga that its status asks for, and a new one each time that a person resumes it", () => {
    expect(runOf(an("PLACED"))).toEqual({ saga: "FulfilOrder", name: orderId });
    expect(runOf(an("CANCELLING"))).toEqual({ saga: "ReturnOrder", name: orderId });
    expect(runOf(an("CONFIRMED", { resumed: 2 }))).toMatchObject({ name: `${orderId}-2` });
  });

  it("is none where all is over, or a person has to decide", () => {
    for (const over of [an("REJECTED"), an("CANCELLED", { closed: true }), an("NEEDS_ATTENTION")])
      expect(runOf(over)).toBeUndefined();
    expect(runOf(an("CANCELLED"))).toMatchObject({ saga: "FulfilOrder" });
  });
});

it("I7 an order is open until its run has ended well, unless an execution itself has brought it so far", () => {
  for (const status of ["PLACED", "REJECTING", "CANCELLING"] as const)
    expect(isOpen(an(status))).toBe(true);
  for (const status of ["CONFIRMED", "CANCELLED"] as const) {
    expect(isOpen(an(status))).toBe(false);
    expect(isOpen(an(status, { resumed: 1 }))).toBe(true);
  }
  for (const status of ["REJECTED", "NEEDS_ATTENTION"] as const)
    expect(isOpen(an(status, { resumed: 1 }))).toBe(false);
  expect(isOpen(an("CANCELLED", { resumed: 1, closed: true }))).toBe(false);
});
