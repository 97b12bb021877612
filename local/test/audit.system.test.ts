import type { Envelope } from "@petstore/core/event";
import { describe, expect, it } from "vitest";
import { evolve, type OrderState } from "../../services/orders/src/domain/order-state.ts";
import { publish } from "../../services/payments/src/domain/ledger.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const ACCOUNT = "123456789012";
const arn = (service: string, what: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${what}`;
const BUS = "petstore-local-BusBus";

/** All that the archive holds, read as AWS lets one read it: replayed to a rule of its own, whose target is a queue. */
const archived = async ({ local, clock, drive }: VirtualShop): Promise<Envelope[]> => {
  const { QueueUrl } = await local.call("sqs", "CreateQueue", {
    QueueName: "audit",
    Attributes: {
      Policy: JSON.stringify({
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: arn("sqs", "audit"),
          },
        ],
      }),
    },
  });
  const { RuleArn } = await local.call("events", "PutRule", {
    Name: "audit",
    EventBusName: BUS,
    EventPattern: JSON.stringify({ account: [ACCOUNT] }),
  });
  await local.call("events", "PutTargets", {
    Rule: "audit",
    EventBusName: BUS,
    Targets: [{ Id: "audit", Arn: arn("sqs", "audit") }],
  });
  const now = Math.floor(clock.now() / 1000);
  await local.call("events", "StartReplay", {
    ReplayName: "audit",
    EventSourceArn: arn("events", "archive/petstore-local-Archive"),
    EventStartTime: now - 24 * 3600,
    EventEndTime: now,
    Destination: { Arn: arn("events", `event-bus/${BUS}`), FilterArns: [RuleArn] },
  });
  await clock.advance(10 * 60_000);
  const found: Envelope[] = [];
  for (;;) {
    const { Messages = [] } = await drive(
      local.call("sqs", "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return found;
    found.push(...Messages.map(({ Body }: { Body: string }) => JSON.parse(Body).detail));
  }
};

/** Orders of all fates, at rest. */
const busyDay = async () => {
  const shop = await virtualShop();
  const cards = ["tok_approve", "tok_decline", "tok_late", "tok_twice", "tok_refund_fails"];
  const placed: string[] = [];
  for (const card of cards) placed.push(await shop.order(card));
  await shop.clock.advance(30_000);
  await shop.cancel(placed[0] as string);
  await shop.cancel(placed[3] as string);
  await shop.settle();
  return { shop, placed };
};

describe("I14 the archive of events", () => {
  it("has each change of an order, a payment and a reservation once, in an unbroken chain, and the order is what it says", async () => {
    const { shop, placed } = await busyDay();
    const events = await archived(shop);
    const books = await shop.books();

    const once = Map.groupBy(events, ({ id }) => id);
    expect([...once.values()].filter((same) => same.length > 1)).toEqual([]);
    const histories = Map.groupBy(events, ({ aggregate }) => `${aggregate.type} ${aggregate.id}`);
    for (const history of histories.values()) {
      history.sort((a, b) => a.aggregate.version - b.aggregate.version);
      expect(history.map(({ aggregate }) => aggregate.version)).toEqual(
        history.map((_, i) => i + 1),
      );
    }
    for (const id of placed) {
      const history = (histories.get(`order ${id}`) ?? []) as Parameters<typeof evolve>[1][];
      const state = history.reduce<OrderState>(evolve, { status: "NEW" });
      const row = books.orders.find((order) => order.id === id);
      expect({ version: history.length, state }).toEqual({
        version: row?.version,
        state: row?.state,
      });
    }
    for (const [id, ledger] of books.payments) {
      const told = ledger.flatMap((event) => publish(id as never, event as never)?.type ?? []);
      expect(
        (histories.get(`payment ${id}`) ?? []).map(({ type }) => type),
        id,
      ).toEqual(told);
    }
    expect(placed.length).toBe(books.orders.length);
  });

  it("says of each event what caused it, and which request began it all", async () => {
    const { shop, placed } = await busyDay();
    const events = await archived(shop);
    const known = new Map(events.map((event) => [event.id, event]));
    for (const event of events) {
      const cause = known.get(event.causationId);
      if (!cause)
        expect(event.causationId, `${event.type} begins its story`).toBe(event.correlationId);
      else expect(event.correlationId, event.type).toBe(cause.correlationId);
    }
    const began = events.filter(({ aggregate }) => placed.includes(aggregate.id));
    expect(began.every(({ correlationId }) => correlationId.length > 0)).toBe(true);
  });
});
