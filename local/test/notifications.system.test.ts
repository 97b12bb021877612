import { newTrace, traced } from "@petstore/core/context";
import type { DomainEvent } from "@petstore/core/event";
import { seal } from "@petstore/core/outbox";
import { OrderId } from "@petstore/events/ids";
import { OrderCancelled, OrderRejected } from "@petstore/events/orders";
import { type VirtualClock, virtualClock } from "emulator/kernel/clock";
import { driverOf } from "emulator/kernel/drive";
import { AwsError } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openShop } from "../open.ts";
import { shopGraph } from "../repository.ts";
import type { Shop } from "../shop.ts";

const DAY = 24 * 3600_000;
const customerId = "cus_01K0000000000000000000A11C";
let clock: VirtualClock;
let local: Shop;

const cancelled = () => OrderCancelled({ orderId: OrderId.create(), customerId });

/** Publishes an event of an order so many times, and lets it settle for a day. */
const happens = async (event: DomainEvent & { data: { orderId: string } }, times = 1) => {
  const aggregate = { type: "order", id: event.data.orderId, version: 2 };
  const envelope = traced(newTrace("test"), () => seal(event, { source: "orders", aggregate }));
  const entry = {
    EventBusName: local.nameOf("Bus"),
    Source: "petstore.orders",
    DetailType: event.type,
    Detail: JSON.stringify(envelope),
  };
  await local.call("events", "PutEvents", { Entries: Array(times).fill(entry) });
  await clock.advance(DAY);
};

/** What became of the message of a kind about an order. */
const message = async (event: { data: { orderId: string } }, template: string) => {
  const { Item } = await local.call("dynamodb", "GetItem", {
    TableName: local.nameOf("NotificationsTable"),
    Key: { pk: { S: event.data.orderId }, sk: { S: `MESSAGE#${template}` } },
  });
  return Item?.status?.S;
};

/** Makes the mail service fail so many times: with an answer, or after it took the e-mail. */
const spoil = (times: number, how: "refuse" | "lose the answer") => {
  let left = times;
  local.cloud.guard(async (call, next) => {
    if (call.service !== "ses" || left-- <= 0) return next(call);
    if (how === "refuse") throw new AwsError("TooManyRequestsException", "Slow down", 429);
    await next(call);
    throw new AwsError("InternalServiceErrorException", "The answer is lost", 500);
  });
};

const register = (contact: { customerId: string; email: string; name: string }) =>
  driverOf(clock)(local.invoke("RegisterContact", contact));

const graph = shopGraph();
const deadLetters = graph.resources.find(
  ({ type, name }) => type === "aws:sqs/queue:Queue" && name.startsWith("NotificationsQueueDlq"),
);

beforeEach(async () => {
  clock = virtualClock();
  local = await openShop({ clock, graph, runtime: "inline", seeded: false });
  await register({ customerId, email: "alice@example.com", name: "Alice" });
});
afterEach(() => local.stop());

describe("notifications", () => {
  it("F20 F64 send one e-mail of a kind about an order, however often the event comes", async () => {
    const event = cancelled();
    await happens(event, 3);
    await happens(event);
    expect(local.emails()).toMatchObject([{ to: ["alice@example.com"] }]);
    expect(await message(event, "order-cancelled")).toBe("SENT");
  });

  it("take one read and two plain writes for an e-mail", async () => {
    const calls: string[] = [];
    local.cloud.guard((call, next) => {
      if (/NotifyCustomer/.test(call.caller.name) && call.service !== "sqs")
        calls.push(call.operation);
      return next(call);
    });
    await happens(cancelled());
    expect(calls).toEqual(["GetItem", "PutItem", "SendEmail", "UpdateItem"]);
  });

  it("try again when the mail service refuses", async () => {
    spoil(2, "refuse");
    const event = cancelled();
    await happens(event);
    expect(local.emails()).toHaveLength(1);
    expect(await message(event, "order-cancelled")).toBe("SENT");
  });

  it("I19 keep the address out of the logs when the mail service names it", async () => {
    const logs: string[] = [];
    local.cloud.observe((fact) => {
      if (fact.kind === "log") logs.push(JSON.stringify(fact));
    });
    local.cloud.guard((call, next) => {
      if (call.service !== "ses") return next(call);
      throw new AwsError("MessageRejected", "Email address is not verified: alice@example.com");
    });
    await happens(cancelled());
    expect(logs.join()).toContain("MessageRejected");
    expect(logs.join()).not.toContain("alice@");
  });

  it("F25 never send twice when the answer is lost: a person decides", async () => {
    spoil(1, "lose the answer");
    const event = cancelled();
    await happens(event);
    expect(local.emails()).toHaveLength(1);
    expect(await message(event, "order-cancelled")).toBe("CLAIMED");
  });

  it("F27 park what they cannot deliver, and deliver it after it is redriven", async () => {
    const stranger = "cus_01K0000000000000000000BBBB";
    const reason = { code: "OutOfStock", detail: "None left." };
    const event = OrderRejected({ orderId: OrderId.create(), customerId: stranger, reason });
    await happens(event);
    expect(local.emails()).toHaveLength(0);
    expect(await message(event, "order-rejected")).toBeUndefined();

    await register({ customerId: stranger, email: "new@example.com", name: "New" });
    await local.call("sqs", "StartMessageMoveTask", { SourceArn: deadLetters?.outputs.arn });
    await clock.advance(DAY);
    expect(local.emails()).toMatchObject([{ to: ["new@example.com"] }]);
  });
});
