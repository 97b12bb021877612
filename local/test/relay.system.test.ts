import { marshall } from "@aws-sdk/util-dynamodb";
import { newTrace } from "@petstore/core/context";
import { LARGEST_EVENT, outboxKey, seal } from "@petstore/core/outbox";
import { OrderId } from "@petstore/events/ids";
import { OrderNeedsAttention } from "@petstore/events/orders";
import { AwsError } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judge } from "../judge/judge.ts";
import { by, type Fault, hear, isWrite, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

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

  /** The bus takes of each call's entries those that `takes` says; the others it refuses, one by one, as it may. */
  const refuse = (takes: (told: Told) => boolean, times = Number.POSITIVE_INFINITY) =>
    spoil(
      shop.local,
      (call) => isRelay(call) && call.operation === "PutEvents",
      async (call, next) => {
        const entries: { Detail: string }[] = call.input.Entries;
        const taken = entries.filter(({ Detail }) => takes(JSON.parse(Detail)));
        const none = { FailedEntryCount: 0, Entries: [] };
        const answer = taken.length
          ? await next({ ...call, input: { ...call.input, Entries: taken } })
          : none;
        const answers = [...(answer as { Entries: object[] }).Entries];
        const failed = { ErrorCode: "ThrottlingException", ErrorMessage: "Not taken" };
        return {
          FailedEntryCount: entries.length - taken.length,
          Entries: entries.map((entry) => (taken.includes(entry) ? answers.shift() : failed)),
        };
      },
      times,
    );
  const versionsOf = (told: Told[], id: string) =>
    told
      .filter(({ type, aggregate }) => type.startsWith("orders.") && aggregate.id === id)
      .map(({ aggregate }) => aggregate.version);

  it("F13 I11 of whose events the bus takes some repeats those that it did not take, and no others", async () => {
    const told = toldFrom();
    let entries = 0;
    const { spoilt } = refuse(() => entries++ % 2 === 0, 4);
    const ids = await placeMany(9);
    await shop.settle();
    expect(spoilt).toHaveLength(4);
    await areConfirmed(ids);
    expect(await broken()).toEqual([]);
    for (const id of ids) expect(versionsOf(told, id), id).toEqual([1, 2]);
  });

  it("F13 I11 lets what follows a refused event of the same order wait, and nothing else", async () => {
    const told = toldFrom();
    let stuck = "";
    const aggregate = (id: string, version: number) => ({ type: "order", id, version });
    const row = (id: string, version: number) => {
      const orderId = OrderId.create(); // an order that nobody placed: what becomes of the event is not the question
      const event = OrderNeedsAttention({ orderId, customerId: "cus_x", step: "x", cause: "x" });
      const envelope = seal(event, { source: "orders", aggregate: aggregate(id, version) });
      return { ...outboxKey(envelope), envelope };
    };
    const ids = [1, 2, 3].map(() => OrderId.create());
    [stuck] = ids as [string];
    const { stop } = refuse(({ aggregate: { id, version } }) => id !== stuck || version > 1);
    const rows = ids.flatMap((id) => [row(id, 1), row(id, 2), row(id, 3)]);
    const TableName = shop.local.nameOf("OrdersOutbox");
    const TransactItems = rows.map((one) => ({ Put: { TableName, Item: marshall(one) } }));
    await shop.local.call("dynamodb", "TransactWriteItems", { TransactItems });
    await shop.clock.advance(10_000);
    const [late, ...others] = ids as [string, string, string];
    expect(versionsOf(told, late)).toEqual([]);
    stop();
    await shop.clock.advance(MINUTE);
    expect(versionsOf(told, late)).toEqual([1, 2, 3]);
    // Lambda brings again what lies behind it in the stream, in its order; it went out before.
    for (const id of others) expect(versionsOf(told, id).slice(0, 3)).toEqual([1, 2, 3]);
  });

  it("F13 reports the first row that it did not publish when a later call fails, and not those before", async () => {
    const told = toldFrom();
    let calls = 0;
    const { spoilt } = spoil(
      shop.local,
      (call) => isRelay(call) && call.operation === "PutEvents" && ++calls > 1,
      () => Promise.reject(new AwsError("AccessDeniedException", "Not now", 400)),
      1,
    );
    const ids = await placeMany(25);
    await shop.settle();
    expect(spoilt).toHaveLength(1);
    await areConfirmed(ids);
    for (const id of ids) expect(versionsOf(told, id), id).toEqual([1, 2]);
  });

  it("asks again for what DynamoDB left out of a deletion, so that nothing is told of twice", async () => {
    const told = toldFrom();
    const { spoilt } = spoil(
      shop.local,
      (call) => isRelay(call) && call.operation === "BatchWriteItem",
      async (call, next) => {
        const [[table, requests]] = Object.entries(call.input.RequestItems) as [[string, object[]]];
        const [first, ...rest] = requests;
        await next({ ...call, input: { RequestItems: { [table]: [first] } } });
        return { UnprocessedItems: rest.length > 0 ? { [table]: rest } : {} };
      },
    );
    const ids = await placeMany(5);
    await shop.clock.advance(20 * MINUTE); // the sweeper looked, and found nothing
    expect(spoilt.length).toBeGreaterThan(4);
    await areConfirmed(ids);
    for (const id of ids) expect(versionsOf(told, id), id).toEqual([1, 2]);
    expect(await broken()).toEqual([]);
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
    // One product more than an order may have.
    for (let i = (await onOffer()).length; i < 21; i++)
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
    const all = (await onOffer()).map(({ productId }) => ({ productId, quantity: 1 }));
    expect((await shop.place({ lines: all })).status).toBe(422);
    const lines = all.slice(1); // those with the longest names among them
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

describe("F18 an event", () => {
  const sealed = (orderId: string, step: string) => {
    const customerId = shop.local.accounts[0]?.customerId as "cus_x";
    const who = { orderId: orderId as "ord_x", customerId };
    const event = OrderNeedsAttention({ ...who, step, cause: "" });
    const aggregate = { type: "order", id: orderId, version: 9 };
    return seal(event, { source: "orders", aggregate });
  };

  it("that is as large as it may be reaches all who hear it", async () => {
    const orderId = await shop.order();
    await shop.settle();
    const room = LARGEST_EVENT - Buffer.byteLength(JSON.stringify(sealed(orderId, "")));
    const envelope = sealed(orderId, "x".repeat(room));
    expect(Buffer.byteLength(JSON.stringify(envelope))).toBe(LARGEST_EVENT);
    const Item = marshall({ ...outboxKey(envelope), envelope });
    const TableName = shop.local.nameOf("OrdersOutbox");
    await shop.local.call("dynamodb", "PutItem", { TableName, Item });
    await shop.settle();
    expect((await shop.read(orderId)).timeline.at(-1)).toMatchObject({
      what: "OrderNeedsAttention",
    });
    expect(shop.local.emails().at(-1)?.tags).toMatchObject({ template: "order-needs-attention" });
    const { outboxes, deadLetters } = await shop.books();
    expect([outboxes, deadLetters]).toEqual([[], []]);
  });

  it("that is larger is refused in one sentence when it is written, and nothing is written", async () => {
    const orderId = await shop.order("tok_late");
    await shop.clock.advance(3_000);
    const told = toldFrom();
    const failedStep = "x".repeat(LARGEST_EVENT);
    const trace = newTrace("test");
    const failure = { Error: "Failed" };
    await expect(
      shop.drive(shop.local.invoke("MarkNeedsAttention", { trace, orderId, failedStep, failure })),
    ).rejects.toThrow(
      /orders\.OrderNeedsAttention\.v1 of ord_\w+ has \d+ bytes; an event may have 245760 at most/,
    );
    await shop.settle();
    expect(told.map(({ type }) => type)).not.toContain("orders.OrderNeedsAttention.v1");
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
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
