import { type EventContract, openEnvelope } from "@petstore/core/event";
import { usd } from "@petstore/core/money";
import { seal } from "@petstore/core/outbox";
import { describe, expect, it } from "vitest";
import { catalogue } from "./catalogue.ts";
import { OrderId } from "./ids.ts";
import { StockReceived, StockReceivedV1 } from "./inventory.ts";
import { OrderPlaced, OrderPlacedV1 } from "./orders.ts";

const place = { source: "any", aggregate: { type: "any", id: "any", version: 1 } };
/** An event as an archive has it. */
const archived = (event: Parameters<typeof seal>[0]) =>
  JSON.parse(JSON.stringify(seal(event, place)));

const line = { productId: "prd_hay", name: "Hay", quantity: 2, unitPrice: usd(499) } as const;
const basket = {
  ...{ orderId: OrderId.create(), customerId: "cus_ada" as const },
  ...{ lines: [line] as [typeof line], total: usd(998) },
};
const level = { productId: "prd_hay" as const, quantity: 5, available: 7, stockVersion: 3 };

describe("F27 an event of an old version, out of an archive", () => {
  it("OrderPlaced: is read without what the customer paid with", () => {
    const old = archived(OrderPlacedV1({ ...basket, paymentToken: "tok_approve" }));
    const read = openEnvelope([OrderPlaced], old);
    expect(read).toMatchObject({ type: "orders.OrderPlaced.v2", id: old.id });
    expect(read.data).toEqual(basket);
  });

  it("StockReceived: is read as a delivery of one line", () => {
    const old = archived(StockReceivedV1({ receiptId: "rcp_1", ...level }));
    const read = openEnvelope([StockReceived], old);
    expect(read).toMatchObject({ type: "inventory.StockReceived.v2" });
    expect(read.data).toEqual({ receiptId: "rcp_1", lines: [level] });
  });

  it("is of these, each of which has its test here", () => {
    const contracts: readonly EventContract[] = catalogue;
    expect(contracts.flatMap(({ upcasts }) => upcasts.map(({ from }) => from.type)).sort()).toEqual(
      ["inventory.StockReceived.v1", "orders.OrderPlaced.v1"],
    );
  });
});
