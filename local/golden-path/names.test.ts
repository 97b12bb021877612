import { describe, expect, it } from "vitest";
import { newServiceOf } from "./names.ts";

describe("what a new service is asked for", () => {
  it("is a name, events by their names or types, and an owner", () => {
    const { name, hears, owner } = newServiceOf(
      "raffle",
      "OrderConfirmed, inventory.StockReceived.v2",
      "team-x",
    );
    expect({ name, owner }).toEqual({ name: "raffle", owner: "@team-x" });
    expect(hears).toEqual([
      {
        name: "OrderConfirmed",
        type: "orders.OrderConfirmed.v1",
        file: "packages/events/src/orders.ts",
      },
      {
        name: "StockReceived",
        type: "inventory.StockReceived.v2",
        file: "packages/events/src/inventory.ts",
      },
    ]);
  });

  it.each([
    ["orders", "OrderConfirmed", "x", /something called orders already/],
    ["core", "OrderConfirmed", "x", /something called core already/],
    ["emulator", "OrderConfirmed", "x", /something called emulator already/],
    ["graph", "OrderConfirmed", "x", /something called graph already/],
    ["delete", "OrderConfirmed", "x", /delete is a word of JavaScript/],
    ["Loyalty", "OrderConfirmed", "x", /one word of 3 to 16 small letters/],
    ["gift-cards", "OrderConfirmed", "x", /one word/],
    ["../x", "OrderConfirmed", "x", /one word/],
    ["raffle", "OrderSmelled", "x", /no event "OrderSmelled"; there are .*OrderConfirmed/],
    ["raffle", "OrderConfirmed", "team x", /An owner is/],
  ])("is refused in one sentence: %s --hears %s --owner %s", (name, hears, owner, sentence) => {
    expect(() => newServiceOf(name, hears, owner)).toThrow(sentence);
  });
});
