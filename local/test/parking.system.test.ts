import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const QUEUES = ["OrderViews", "Sales", "Notifications"];

describe("F27 an event that is not as agreed", () => {
  let shop: VirtualShop;
  beforeAll(async () => {
    shop = await virtualShop();
  });
  afterAll(() => shop?.local.stop());

  const deadLettersOf = async (name: string) => {
    const QueueUrl = `${shop.local.urls.aws}/123456789012/petstore-local-${name}QueueDlqQueue`;
    const receive = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] };
    const { Messages = [] } = await shop.drive(shop.local.call("sqs", "ReceiveMessage", receive));
    return Messages as {
      Body: string;
      MessageAttributes?: Record<string, { StringValue: string }>;
    }[];
  };

  it("is parked at once with its reason, and stands in nobody's way", async () => {
    const [Source, DetailType] = ["petstore.orders", "orders.OrderConfirmed.v1"];
    const Detail = JSON.stringify({ type: DetailType, hop: 1 });
    const EventBusName = shop.local.nameOf("Bus");
    const Entries = [{ EventBusName, Source, DetailType, Detail }];
    await shop.local.call("events", "PutEvents", { Entries });
    const placed = await shop.place({ lines: [{ productId: "prd_hay", quantity: 1 }] });
    await shop.settle();

    const { orderId } = placed.json() as { orderId: string };
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    for (const queue of QUEUES) {
      const letters = await deadLettersOf(queue);
      const details = letters.map(({ Body }) => JSON.parse(Body).detail);
      expect(details, `${queue} did not park the event for a person`).toEqual([JSON.parse(Detail)]);
      const reason = letters[0]?.MessageAttributes?.reason?.StringValue ?? "no reason at all";
      expect(reason, `Why ${queue} parked the event, as a person reads it`).toContain(
        "The envelope",
      );
    }
  });
});
