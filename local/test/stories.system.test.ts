import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Rung } from "../../packages/core/src/saga.ts";
import { fulfilOrder } from "../../services/orders/src/saga/fulfil-order.ts";
import { type Counts, countFrom, perOrder } from "../bench/count.ts";
import { createBelonging, orderOf } from "../lens/belonging.ts";
import type { Entry } from "../lens/entry.ts";
import { indexOrders, type OrderIndex } from "../lens/order-index.ts";
import { orderList, orderStory } from "../lens/orders.ts";
import { shortName } from "../lens/short-name.ts";
import { shownEntry } from "../lens/shown-entry.ts";
import { type OrderStory, storyOf } from "../lens/story-of.ts";
import { createStoryTeller } from "../lens/tell-story.ts";
import { thingsOf } from "../lens/things.ts";
import { namesByArn } from "../redrive/failure-queues.ts";
import { by, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const lines = [
  { productId: "prd_collar", quantity: 1 },
  { productId: "prd_hay", quantity: 2 },
];

const told = ({ local }: VirtualShop, index: OrderIndex, orderId: string): OrderStory => {
  const story = orderStory(local, index, orderId);
  if (!story) throw new Error(`There is no story of ${orderId}`);
  return story;
};
const labels = ({ bars }: OrderStory) => bars.map(({ label }) => label);

describe("the story of an order that goes well", () => {
  let shop: VirtualShop;
  let index: OrderIndex;
  let orderId: string;
  let entries: Entry[];
  let counted: Counts;
  let story: OrderStory;
  beforeAll(async () => {
    shop = await virtualShop({ trace: {} });
    index = indexOrders(shop.local.cloud.trace);
    // What is kept by a warm function is not read again.
    await shop.place({ lines });
    await shop.settle();
    const read = countFrom(shop.local);
    const before = read();
    orderId = ((await shop.place({ lines })).json() as { orderId: string }).orderId;
    await shop.settle();
    counted = perOrder(before, read(), 1);
    entries = index.entries(orderId);
    story = told(shop, index, orderId);
  });
  afterAll(() => shop?.local.stop());

  const around = () => ({ things: thingsOf(shop.local.graph), now: shop.clock.now() });

  it("says in one sentence that it was fulfilled", () => {
    expect(story.status).toBe("CONFIRMED");
    expect(story.sentence).toMatch(
      /^Fulfilled \d+ ms after it was taken: the money is captured and the stock is sold\.$/,
    );
    expect(story.emails.map(({ subject }) => subject)).toEqual([
      `Your order ${orderId} is confirmed`,
    ]);
  });

  it("has one bar for each unit of work, from the request to the e-mail", () => {
    expect(labels(story)[0]).toBe("POST /orders");
    const saga: readonly Rung[] = fulfilOrder.rungs;
    for (const state of saga.flatMap((rung) => rung.do ?? []))
      expect(labels(story).filter((one) => one === state)).toHaveLength(1);
    for (const other of ["OrdersRelayOutbox", "StartFulfilment", "ProjectOrders", "NotifyCustomer"])
      expect(labels(story)).toContain(other);
    expect(labels(story)).toContain(`E-mail: Your order ${orderId} is confirmed`);
    for (const { label, ends, failed, compensation } of story.bars) {
      expect(ends, label).toBeDefined();
      expect([failed, compensation], label).toEqual([undefined, undefined]);
    }
  });

  it("has only bars whose chain of causes ends at what came from outside", () => {
    const { trace } = shop.local.cloud;
    for (const { seq, label } of story.bars) {
      let entry = trace.get(seq);
      while (entry?.cause !== undefined) entry = trace.get(entry.cause);
      expect(entry?.kind, label).toBe("api.request");
    }
    expect(story.tree.map(({ what }) => what)).toEqual(["POST /orders"]);
  });

  it("costs what the benchmark counts, hop by hop", () => {
    const { cost } = story;
    expect(cost).toMatchObject({
      writeCalls: counted.commandWrites,
      writeUnits: counted.writeUnits,
      reads: counted.reads,
      transitions: counted.transitions,
    });
    const sum = (what: "calls" | "dollars") =>
      cost.parts.reduce((all, part) => all + part[what], 0);
    expect(sum("calls")).toBeCloseTo(cost.calls);
    expect(sum("dollars")).toBeCloseTo(cost.dollars);
  });

  it("is the same in whatever order its entries come, and so is whose they are", () => {
    const all = shop.local.cloud.trace.entries(0, Number.MAX_SAFE_INTEGER) as Entry[];
    const first = orderOf(all);
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(storyOf(shuffled, orderId, around())).toEqual(storyOf(entries, orderId, around()));
      }),
      { numRuns: 20 },
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        const of = orderOf(shuffled);
        for (const { seq } of all) expect([...of(seq)].sort()).toEqual([...first(seq)].sort());
      }),
      { numRuns: 5 },
    );
  });

  it("does not change when its customer looks at it", async () => {
    await shop.read(orderId);
    const after = told(shop, index, orderId);
    expect(after.looks).toBe(story.looks + 1);
    expect({ ...after, looks: 0 }).toEqual({ ...story, looks: 0 });
  });

  it("stands in the list of orders, and is found by its short name", () => {
    const list = orderList(shop.local, index);
    const [newest] = list();
    expect(newest).toMatchObject({ orderId, short: story.short, status: "CONFIRMED" });
    expect(list()).toHaveLength(2);
    expect(list(story.short)).toEqual([newest]);
    expect(list("no such order")).toEqual([]);
  });

  it("shows of a call the statement that allowed it, and of an invocation its handler's source", () => {
    const find = (isIt: (entry: Entry) => boolean) =>
      shownEntry(shop.local, index, entries.find(isIt)?.seq ?? 0);
    const write = find(
      ({ operation, caller }) =>
        operation === "TransactWriteItems" && caller.name.includes("ReserveStock"),
    );
    expect(write?.iam?.map(({ action }) => action)).toContain("dynamodb:PutItem");
    for (const { holder } of write?.iam ?? [])
      expect(holder).toMatchObject({ name: "ReserveStock", file: "infra/inventory.ts" });
    expect(write?.because[0]?.what).toBe("POST /orders");

    const invoked = find(
      ({ kind, function: fn }) => kind === "invocation-started" && fn.includes("ReserveStock"),
    );
    expect(invoked?.work).toMatchObject({
      function: "ReserveStock",
      source: "services/inventory/src/handlers/reserve-stock.ts",
    });
    expect(invoked?.work?.items.map(({ table }) => table)).toContain("InventoryOutbox");
    const request = find(({ kind, path }) => kind === "api.request" && path === "/orders");
    expect(request?.work?.function).toBe("OrdersApi");
    const notified = find(
      ({ kind, function: fn }) => kind === "invocation-started" && fn.includes("NotifyCustomer"),
    );
    expect(notified?.work?.envelopes).toMatchObject([{ type: "orders.OrderConfirmed.v1" }]);
    expect(invoked?.end?.kind).toBe("invocation-ended");

    const item = find(
      ({ kind, table, before }) => kind === "item" && table.includes("OrdersTable") && before,
    );
    expect(item?.difference).toContainEqual({
      path: "state.status",
      before: "PLACED",
      after: "CONFIRMED",
    });
  });
});

describe("the story of an order", () => {
  let shop: VirtualShop;
  let index: OrderIndex;
  beforeAll(async () => {
    shop = await virtualShop({ trace: {} });
    index = indexOrders(shop.local.cloud.trace);
  });
  afterAll(() => shop?.local.stop());

  it("of a declined card says why, and shows what was undone", async () => {
    const id = await shop.order("tok_decline");
    await shop.settle();
    const story = told(shop, index, id);
    expect(story.status).toBe("REJECTED");
    expect(story.sentence).toMatch(/^Rejected after .* because .*declined.*PaymentDeclined/);
    const undone = story.bars.filter(({ compensation }) => compensation).map(({ label }) => label);
    const rungs: readonly Rung[] = fulfilOrder.rungs;
    const failed = rungs.findIndex((rung) => rung.do === "AuthorizePayment");
    const up = rungs.slice(0, failed + 1).flatMap((rung) => rung.undo ?? []);
    expect(undone).toEqual(["AbandonOrder", ...up.toReversed()]);
  });

  it("says how long it waits for the provider", async () => {
    const id = await shop.order("tok_late");
    await shop.clock.advance(5_000);
    const story = told(shop, index, id);
    expect(story.sentence).toMatch(
      /^Placed, not yet confirmed; waits for the payment provider's answer until \d\d:\d\d:\d\d UTC/,
    );
    const wait = story.bars.find(({ waiting }) => waiting);
    expect(wait).toMatchObject({ lane: "payments" });
    expect(wait?.ends).toBeUndefined();
    await shop.settle();
    expect(told(shop, index, id).status).toBe("CONFIRMED");
  });

  it("shows attempts that failed before there was an invocation, and that the last one went well", async () => {
    const { stop } = spoil(
      shop.local,
      ({ service, operation, input }) =>
        service === "lambda" && operation === "Invoke" && /NotifyCustomer/.test(input.FunctionName),
      async () => ({
        StatusCode: 200,
        FunctionError: "Unhandled",
        Payload: Buffer.from('{"errorType":"Error","errorMessage":"Made to fail"}').toString(
          "base64",
        ),
      }),
      2,
    );
    const id = await shop.order();
    await shop.clock.advance(5_000);
    const notify = () => told(shop, index, id).bars.find(({ label }) => label === "NotifyCustomer");
    expect(notify()).toMatchObject({ failed: "Error: Made to fail" });
    await shop.clock.advance(3_600_000);
    stop();
    expect(notify()?.attempts).toHaveLength(3);
    expect(notify()?.failed).toBeUndefined();
  });

  it("says that its event is a dead letter, where, and because of what", async () => {
    const { stop } = spoil(
      shop.local,
      (call) => by("NotifyCustomer")(call) && call.service === "dynamodb",
      "is lost",
    );
    const id = await shop.order();
    await shop.clock.advance(3_600_000);
    stop();
    const { sentence, bars } = told(shop, index, id);
    expect(sentence).toContain(
      "a message about it could not be handled and waits for a person as a dead letter, in NotificationsQueueDlq, because",
    );
    expect(sentence).toContain("Lost on the way");
    const notify = bars.filter(({ label }) => label === "NotifyCustomer");
    expect(notify).toHaveLength(1);
    expect(notify[0]?.attempts.length).toBeGreaterThan(1);
  });
});

describe("npm start -- --story", () => {
  let shop: VirtualShop;
  const said: string[] = [];
  beforeAll(async () => {
    shop = await virtualShop({ trace: {} });
    const { graph, cloud } = shop.local;
    const { trace } = cloud;
    const teller = createStoryTeller({
      ordersOf: indexOrders(trace).of,
      get: trace.get,
      things: thingsOf(graph),
      redriven: namesByArn(graph),
      port: "--port 4566",
      paint: (_, text) => text,
    });
    trace.hear((entry) => {
      const line = teller.hear(entry);
      if (line) said.push(line);
    });
  });
  afterAll(() => shop?.local.stop());

  it("tells an order hop by hop, each under the order's short name, from the request to the e-mail", async () => {
    const id = await shop.order();
    await shop.settle();
    const name = shortName(id);
    expect(said.every((line) => line.slice(14, 26).trim() === name)).toBe(true);
    const hops = said.map((line) => line.slice(28).replace(/ {2,}/g, " "));
    for (const hop of [
      `POST /orders answered with 202 ${id}`,
      "bus orders.OrderPlaced.v2",
      "StartFulfilment took orders.OrderPlaced.v2",
      "FulfilOrder ReserveStock",
      "FulfilOrder CommitStock",
      "FulfilOrder ended: SUCCEEDED",
      `e-mail Your order ${id} is confirmed`,
      "NotifyCustomer took 1 of NotificationsQueue",
    ])
      expect(hops).toContain(hop);
  });

  it("tells of a dead letter why it is one, and the line that sends it on", async () => {
    said.length = 0;
    const { stop } = spoil(
      shop.local,
      (call) => by("NotifyCustomer")(call) && call.service === "dynamodb",
      "is lost",
    );
    const name = shortName(await shop.order());
    await shop.clock.advance(3_600_000);
    stop();
    const [dead = "", ...others] = said.filter((line) => line.includes("DEAD LETTER"));
    expect(others).toEqual([]);
    expect(dead).toContain(name);
    expect(dead).toMatch(/DEAD LETTER in NotificationsQueueDlq: .*Lost on the way/);
    expect(dead).toMatch(/\n +npm run redrive -- NotificationsQueueDlq --one \S+ --port 4566$/);
  });

  it("lets nobody who orders steer the terminal", async () => {
    said.length = 0;
    const evil = "\u001b[2J\u0007gone";
    await shop.drive(
      shop.local.api({
        method: "POST",
        path: `/orders/${(await shop.order()) + encodeURIComponent(evil)}/cancel`,
        as: "alice",
      }),
    );
    await shop.settle();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(said.join("")).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe("whose an entry is", () => {
  const entry = (seq: number, kind: string, fields: object): Entry =>
    ({ seq, at: seq, kind, cause: undefined, ...fields }) as Entry;
  const [a, b] = ["A", "B"].map((one) => `ord_01J8${one.repeat(22)}`) as [string, string];

  it("goes up from what was written to the request, and down again to what was read before", () => {
    const request = [
      entry(1, "outside", { who: "robot" }),
      entry(2, "api.request", { cause: 1, method: "POST", path: "/orders" }),
      entry(3, "call", { cause: 2, input: { read: "prices" } }),
      entry(4, "answer", { cause: 3, of: 3, output: {} }),
      entry(5, "call", { cause: 2, input: { write: a } }),
      entry(6, "item", { cause: 5, key: { pk: { S: a } } }),
      entry(7, "api.request", { cause: 1, method: "POST", path: "/orders" }),
      entry(8, "call", { cause: 7, input: { write: b } }),
      entry(9, "item", { cause: 8, key: { pk: { S: b } } }),
    ];
    const of = orderOf(request);
    for (const seq of [2, 3, 4, 5, 6]) expect([...of(seq)], String(seq)).toEqual([a]);
    for (const seq of [7, 8, 9]) expect([...of(seq)], String(seq)).toEqual([b]);
    expect([...of(1)]).toEqual([]);
  });

  it("of a batch is everybody's, and of what is done for one of them only that one's", () => {
    const of = orderOf([
      entry(1, "call", { input: { Entries: [{ Detail: a }, { Detail: b }] } }),
      entry(2, "answer", { cause: 1, of: 1, output: { page: [a] } }),
      entry(3, "item", { cause: 1, key: { pk: { S: a } } }),
    ]);
    expect([...of(1)]).toEqual([a, b]);
    expect([...of(2)]).toEqual([a, b]);
    expect([...of(3)]).toEqual([a]);
  });

  it("is nobody's any more where time was put back before it", () => {
    const entries = [
      entry(1, "call", { input: a }),
      entry(2, "call", { input: a }),
      entry(3, "call", { input: b }),
      entry(4, "clock", { what: "rewound", to: 1 }),
      entry(5, "call", { input: a }),
    ];
    const index = indexOrders({
      get: (seq) => entries[seq - 1],
      entries: (after, most) => entries.slice(after, after + most),
      first: 1,
      last: 5,
    });
    expect(index.orders()).toEqual([a]);
    expect(index.entries(a).map(({ seq }) => seq)).toEqual([1, 5]);
  });

  it("is not looked for before somebody asks, and only what is new is read then", () => {
    const entries = [entry(1, "call", { input: a })];
    const asked: number[] = [];
    const index = indexOrders({
      get: (seq) => entries[seq - 1],
      entries(after, most) {
        asked.push(after);
        return entries.slice(after, after + most);
      },
      first: 1,
      get last() {
        return entries.length;
      },
    });
    entries.push(entry(2, "call", { input: a }));
    expect(asked).toEqual([]);
    expect(index.size(a)).toBe(2);
    expect(index.size(a)).toBe(2);
    entries.push(entry(3, "call", { input: a }));
    expect(index.size(a)).toBe(3);
    expect(asked).toEqual([0, 2]);
  });

  it("is forgotten with the entry", () => {
    const gained: [string, number][] = [];
    const belonging = createBelonging((orderId, seq) => gained.push([orderId, seq]));
    belonging.hear(entry(1, "call", { input: a }));
    expect(gained).toEqual([[a, 1]]);
    belonging.forget(1);
    expect([...belonging.of(1)]).toEqual([]);
  });
});
