import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../repository.ts";
import { callOf, raisedAt } from "./make-event.ts";
import { newEventOf } from "./new-event.ts";

describe("what a new event is asked for", () => {
  it("is a name, who publishes it and who hears it: it says at first whom it is about", () => {
    const event = newEventOf("OrderShelved", "orders", "notifications, inventory");
    expect(event).toMatchObject({
      type: "orders.OrderShelved.v1",
      publisher: { name: "orders", publishes: { list: "orderEvents" } },
      hearers: [{ name: "notifications" }, { name: "inventory", table: { constant: "stock" } }],
      shape: { schema: "Order", fields: ["orderId", "customerId"] },
    });
    expect(newEventOf("GiftShelved", "inventory", undefined).shape.fields).toEqual(["orderId"]);
    expect(newEventOf("OrderSeen", "orders", "").name).toBe("OrderSeen");
    expect(newEventOf("BooksClosed", "reconciliation", "").shape.fields).toEqual(["subject"]);
  });

  it.each([
    ["orders", "OrderShelved", /orders\/src\/domain\/order.ts:\d+$/, "OrderConfirmed(state)"],
    ["inventory", "GiftShelved", /domain\/reservation.ts:\d+$/, expect.stringContaining("Stock")],
    ["payments", "CardShelved", /payments\/src\/domain\/ledger.ts:\d+$/, undefined],
    ["reconciliation", "BooksShelved", /adapters\/tell.ts:\d+$/, undefined],
  ])("is raised by %s in a line that there is: %s", (from, name, place, beside) => {
    const event = newEventOf(name, from, "");
    const raised = raisedAt(repositoryRoot, event);
    expect(raised).toEqual({ place: expect.stringMatching(place), beside });
    expect(callOf(event)).toMatch(/^\w+Shelved\(\{ (\w*Id|subject)/);
  });

  it.each([
    ["OrderPlaced", "orders", "inventory", /something called OrderPlaced in packages\/events/],
    ["OrderLined", "orders", "shipping", /no context "shipping"; there are .*inventory/],
    ["OrderShelve", "orders", "inventory", /no word of OrderShelve after the first .*words\.ts/],
    ["order-shelved", "orders", "inventory", /two words or more, .* not "order-shelved"/],
    ["Shelved", "orders", "inventory", /two words or more/],
    ["OrderShelvedBecauseOfTheWeather", "orders", "", /30 letters at most, and .* has 31/],
    ["OrderShelved", "shipping", "inventory", /no context "shipping"/],
    ["OrderShelved", "payment-provider", "inventory", /no context "payment-provider"/],
    ["MailShelved", "notifications", "inventory", /notifications publishes nothing, .* outbox/],
    ["OrderShelved", "orders", "inventory,orders", /orders publishes OrderShelved/],
    ["OrderLinesWrittenOffInFull", "orders", "reconciliation", /AWS does not take so long a name/],
  ])("is refused in one sentence: %s --from %s --heard-by %s", (name, from, heardBy, sentence) => {
    expect(() => newEventOf(name, from, heardBy)).toThrow(sentence);
  });
});
