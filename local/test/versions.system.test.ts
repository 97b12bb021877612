import { newTrace, traced } from "@petstore/core/context";
import type { DomainEvent } from "@petstore/core/event";
import { usd } from "@petstore/core/money";
import { seal } from "@petstore/core/outbox";
import { ProductListed } from "@petstore/events/inventory";
import { OrderConfirmed, OrderPlacedV1 } from "@petstore/events/orders";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

/** The bus tells of an event, and all that comes of it comes to rest. */
const tell = async (event: DomainEvent, type: string, id: string, version: number) => {
  const [source = ""] = event.type.split(".");
  const aggregate = { type, id, version };
  const envelope = traced(newTrace("test"), () => seal(event, { source, aggregate }));
  const Entries = [
    {
      EventBusName: shop.local.nameOf("Bus"),
      Source: `petstore.${source}`,
      DetailType: event.type,
      Detail: JSON.stringify(envelope),
    },
  ];
  await shop.local.call("events", "PutEvents", { Entries });
  await shop.settle();
};

const deadLettersOf = async (name: string) => {
  const QueueUrl = `${shop.local.urls.aws}/123456789012/petstore-local-${name}QueueDlqQueue`;
  const receive = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] };
  const { Messages = [] } = await shop.drive(shop.local.call("sqs", "ReceiveMessage", receive));
  return Messages as { Body: string; MessageAttributes: { reason: { StringValue: string } } }[];
};

describe("F27 an event of a version that nobody knows yet", () => {
  it("is parked by each who hears its other versions, with the reason, and is not lost", async () => {
    const orderId = await shop.order();
    await shop.settle();
    const known = OrderConfirmed({
      orderId: orderId as "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV",
      customerId: "cus_x",
      lines: [{ productId: "prd_hay", name: "Hay", quantity: 1, unitPrice: usd(1) }],
      total: usd(1),
    });
    await tell({ ...known, type: "orders.OrderConfirmed.v99" }, "order", orderId, 9);
    for (const queue of ["OrderViews", "Sales", "Notifications"]) {
      const [letter, ...others] = await deadLettersOf(queue);
      expect(others).toEqual([]);
      expect(JSON.parse(letter?.Body ?? "{}").detail, queue).toMatchObject({ data: { orderId } });
      expect(letter?.MessageAttributes.reason.StringValue).toBe(
        "Nobody here understands orders.OrderConfirmed.v99",
      );
    }
  });
});

describe("F65 an OrderPlaced of the first version, out of an old archive", () => {
  it("makes the same view as the second, and what the customer paid with is not in it", async () => {
    const orderId = await shop.order();
    await shop.settle();
    const before = (await shop.books()).views.get(orderId);
    const TableName = shop.local.nameOf("ReadTable");
    const Key = { pk: { S: orderId }, sk: { S: "ORDER" } };
    await shop.local.call("dynamodb", "DeleteItem", { TableName, Key });
    const placed = OrderPlacedV1({
      orderId: orderId as "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV",
      customerId: shop.local.accounts[0]?.customerId as "cus_x",
      lines: before?.lines,
      total: before?.total,
      paymentToken: "tok_approve",
    });
    await tell(placed, "order", orderId, 1);
    const { lines, total } = (await shop.books()).views.get(orderId) ?? {};
    expect({ lines, total }).toEqual({ lines: before?.lines, total: before?.total });
    const { Item } = await shop.local.call("dynamodb", "GetItem", { TableName, Key });
    expect(JSON.stringify(Item)).not.toContain("tok_approve");
    expect((await shop.broken()).filter((what) => !what.includes(orderId))).toEqual([]);
  });
});

describe("F21 a listing of a product that comes after a newer one", () => {
  it("changes neither what the next order costs nor what is on offer", async () => {
    const hay = {
      productId: "prd_hay",
      name: "Hay",
      description: "Dry",
      kind: "supplies",
    } as const;
    await tell(ProductListed({ ...hay, price: usd(700) }), "product", "prd_hay", 8);
    await tell(ProductListed({ ...hay, price: usd(600) }), "product", "prd_hay", 7);
    const orderId = await shop.order();
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ total: usd(700) });
    const product = await shop.drive(shop.local.api({ path: "/products/prd_hay" }));
    expect(product.json()).toMatchObject({ price: usd(700) });
  });
});
