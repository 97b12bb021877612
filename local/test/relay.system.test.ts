import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judge } from "../judge/judge.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { by, type Fault, hear, isWrite, spoil } from "./spoil.ts";

const MINUTE = 60_000;
const hay = { productId: "prd_hay", quantity: 1 };

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const placeMany = async (count: number) => {
  const answers = await shop.drive(
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        shop.local.api({
          method: "POST",
          path: "/orders",
          as: "alice",
          headers: { "idempotency-key": `many-${i}` },
          body: { lines: [hay], paymentToken: "tok_approve" },
        }),
      ),
    ),
  );
  return answers.map((answer) => (answer.json() as { orderId: string }).orderId);
};
type Told = { type: string; aggregate: { id: string; version: number } };
/** What relays told the bus and the bus took, from now on, in this order. */
const toldFrom = () => {
  const told: Told[] = [];
  shop.local.cloud.guard(async (call, next) => {
    const answer = (await next(call)) as { Entries?: { EventId?: string }[] };
    if (call.operation === "PutEvents" && call.caller.name.includes("Relay"))
      for (const [i, { Detail }] of call.input.Entries.entries())
        if (answer.Entries?.[i]?.EventId) told.push(JSON.parse(Detail));
    return answer;
  });
  return told;
};
const isRelay = by("OrdersRelayOutbox");
const broken = async () => judge(await shop.books()).map(({ what }) => what);
const areConfirmed = async (ids: string[]) => {
  for (const id of ids) expect(await shop.read(id)).toMatchObject({ status: "CONFIRMED" });
};

describe("a relay", () => {
  it.each<[string, string, Fault]>([
    [
      "F11 after the commit, before it publishes",
      "PutEvents",
      "never comes, for its function crashes",
    ],
    ["F12 after it published, before it says so", "PutEvents", "is done, and its function crashes"],
    [
      "F12 before it deletes what it published",
      "BatchWriteItem",
      "never comes, for its function crashes",
    ],
    [
      "F12 after it deleted what it published",
      "BatchWriteItem",
      "is done, and its function crashes",
    ],
  ])("that crashes %s loses nothing and has each effect once", async (_, operation, fault) => {
    const { spoilt } = spoil(
      shop.local,
      (call) => /Relay/.test(call.caller.name) && call.operation === operation,
      fault,
      4,
    );
    const ids = await placeMany(3);
    await shop.clock.advance(2 * MINUTE); // long before the sweeper looks
    await areConfirmed(ids);
    expect(spoilt).toHaveLength(4);
    await shop.clock.advance(15 * MINUTE);
    await shop.settle();
    const toAlice = shop.local.emails().filter(({ to }) => to.includes("alice@example.com"));
    expect(toAlice).toHaveLength(3);
    expect(await broken()).toEqual([]);
  });

  it("F13 I11 of whose events the bus takes some repeats those that it did not take, in the order of each order", async () => {
    const told = toldFrom();
    let calls = 0;
    // Of each call's entries the bus takes every second one; later, all.
    spoil(
      shop.local,
      (call) => isRelay(call) && call.operation === "PutEvents",
      async (call, next) => {
        calls += 1;
        const taken = call.input.Entries.filter((_: unknown, i: number) => (i + calls) % 2 === 0);
        const none = { FailedEntryCount: 0, Entries: [] };
        const { Entries } = (await (taken.length
          ? next({ ...call, input: { ...call.input, Entries: taken } })
          : none)) as {
          Entries: object[];
        };
        const answers = [...Entries];
        const failed = { ErrorCode: "ThrottlingException", ErrorMessage: "Not taken" };
        return {
          FailedEntryCount: call.input.Entries.length - taken.length,
          Entries: call.input.Entries.map((entry: unknown) =>
            taken.includes(entry) ? answers.shift() : failed,
          ),
        };
      },
      5,
    );
    const ids = await placeMany(9);
    await shop.settle();
    expect(calls).toBe(5);
    await areConfirmed(ids);
    expect(await broken()).toEqual([]);
    for (const id of ids) {
      const versions = told
        .filter(({ aggregate }) => aggregate.id === id)
        .map(({ aggregate }) => aggregate.version);
      const firsts = versions.filter((version, i) => versions.indexOf(version) === i);
      expect(firsts, id).toEqual([1, 2]);
      expect(versions.length, id).toBeLessThan(8);
    }
  });

  it("F16 I11 tells of each order, payment and reservation in its own order, each event once", async () => {
    const told = toldFrom();
    const ids = await placeMany(25);
    await shop.settle();
    await areConfirmed(ids);
    const histories = Map.groupBy(told, ({ aggregate }) => aggregate.id);
    expect(histories.size).toBe(3 * 25 - 25); // a reservation has its order's id
    for (const [id, events] of histories) {
      const versionsOf = (types: RegExp) =>
        events.filter(({ type }) => types.test(type)).map(({ aggregate }) => aggregate.version);
      for (const types of [/^orders/, /^inventory/, /^payments/]) {
        const versions = versionsOf(types);
        expect(versions, id).toEqual(versions.map((_, i) => i + 1));
      }
    }
  });
});

describe("F18 the largest order", () => {
  it("is told of in events that the bus takes, and fits into the transactions that it takes", async () => {
    const onOffer = async () => {
      const answer = await shop.drive(shop.local.api({ path: "/products?limit=100" }));
      return (answer.json() as { items: { productId: string }[] }).items;
    };
    // As many products as an order may have.
    for (let i = (await onOffer()).length; i < 20; i++)
      await shop.drive(
        shop.local.invoke("ListProduct", {
          productId: `prd_${"x".repeat(55)}-${i}`,
          name: "€".repeat(80),
          description: "€".repeat(400),
          kind: "supplies",
          price: { amount: 1, currency: "USD" },
        }),
      );
    await shop.settle();
    const lines = (await onOffer()).map(({ productId }) => ({ productId, quantity: 1 }));
    expect(lines).toHaveLength(20);
    const receipt = { lines: lines.map((line) => ({ ...line, quantity: 100 })) };
    const arrived = await shop.drive(
      shop.local.api({
        method: "POST",
        path: "/stock/receipts",
        as: "admin",
        headers: { "idempotency-key": "all" },
        body: receipt,
      }),
    );
    expect(arrived.status).toBe(201);
    await shop.settle();
    const events = hear(shop.local, ({ operation }) => operation === "PutEvents");
    const writes = hear(shop.local, isWrite);
    const body = lines.map((line) => ({ ...line, quantity: 100 }));
    const { orderId } = (await shop.place({ lines: body })).json() as { orderId: string };
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    const sizes = events
      .flatMap(({ input }) => input.Entries)
      .map(({ Detail }) => Buffer.byteLength(Detail));
    expect(Math.max(...sizes)).toBeLessThan(64 * 1024);
    const actions = writes.map(({ input }) => input.TransactItems?.length ?? 1);
    expect(Math.max(...actions)).toBeLessThanOrEqual(100);
    expect(await broken()).toEqual([]);
  });
});

describe("F27 an event that its function does not understand", () => {
  it.each([
    ["orders.OrderPlaced.v1", "StartFulfilment"],
    ["orders.CancellationRequested.v1", "StartCancellation"],
  ])("(%s) is kept for a person, and the next is understood", async (DetailType, name) => {
    const Detail = JSON.stringify({ type: DetailType, hop: 1, data: { orderId: "ord_nonsense" } });
    const EventBusName = shop.local.nameOf("Bus");
    const Entries = [{ EventBusName, Source: "petstore.orders", DetailType, Detail }];
    await shop.local.call("events", "PutEvents", { Entries });
    const [orderId = ""] = await placeMany(1);
    await shop.clock.advance(MINUTE);
    await areConfirmed([orderId]);
    await shop.drive(
      shop.local.api({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" }),
    );
    await shop.clock.advance(10 * MINUTE);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED" });
    const QueueUrl = `${shop.local.urls.aws}/123456789012/petstore-local-${name}DlqQueue`;
    const { Messages = [] } = await shop.drive(
      shop.local.call("sqs", "ReceiveMessage", { QueueUrl }),
    );
    expect(Messages).toHaveLength(1);
    expect(JSON.parse(Messages[0].Body)).toMatchObject({ detail: JSON.parse(Detail) });
  });
});
