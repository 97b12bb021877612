import { describe, expect, it } from "vitest";
import { readOf, saidTwice } from "./letters.ts";
import type { Done } from "./plan.ts";

const letter = (template: string, step: number | string) => ({
  to: ["alice@example.com"],
  tags: { order: "ord_1", customer: "cus_1", template },
  text: `Hello Alice,\n\nThis is step ${step} of your order, on a day.\n`,
});
const confirmed = letter("order-confirmed", 2);
const cancelled = letter("order-cancelled", 4);
const late = (order: string): Done => ({
  point: `NotifyCustomer ses.SendEmail ${order} #1`,
  fault: "zombie",
});
const read = (letters: ReturnType<typeof letter>[], done: Done[] = []) =>
  readOf("order-1", "ord_1", letters, done).length;

describe("I12 I13 F64 what a customer reads", () => {
  it("comes in the order of what it tells", () => {
    expect(read([confirmed, cancelled])).toBe(0);
    expect(read([cancelled, confirmed])).toBe(1);
  });

  it("may come late where the mail service was asked by a function that had ended, for it names its step", () => {
    expect(read([cancelled, confirmed], [late("order-1")])).toBe(0);
    expect(read([cancelled, confirmed], [late("order-12")])).toBe(1);
    expect(
      read([letter("order-cancelled", 2), letter("order-confirmed", 4)], [late("order-1")]),
    ).toBe(1);
    expect(read([letter("order-confirmed", "?")])).toBe(1);
  });

  it("is of another order where it says so", () =>
    expect(readOf("order-2", "ord_2", [cancelled, confirmed], [])).toEqual([]));

  it("is said once", () => {
    expect(saidTwice([confirmed, cancelled])).toEqual([]);
    expect(saidTwice([confirmed, confirmed])).toHaveLength(1);
  });
});
