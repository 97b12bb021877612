import type { Gate } from "emulator/kernel/cloud";
import type { Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, isWrite, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { waitLong } from "./long-waits.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const hay = [{ productId: "prd_hay", quantity: 1 }];

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

/** One order of each ending. */
const placeSome = async (patience = MINUTE) => {
  const ids = [
    await shop.order(),
    await shop.order("tok_decline"),
    await shop.order("tok_disorder"),
  ];
  await shop.clock.advance(patience);
  await shop.cancel(ids[2] as string);
  return ids;
};
const isTold = ({ caller, operation }: Call) =>
  caller.name.startsWith("rule ") && (operation === "SendMessage" || operation === "Invoke");
const later = (ms: number) =>
  new Promise<void>((resolve) => shop.clock.after(ms, "later", resolve));
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:petstore-local-${name}Queue`;
const salesToday = async () => {
  const answer = await shop.drive(shop.local.api({ path: "/reports/daily-sales", as: "admin" }));
  return inUsd(answer.json());
};
/** A report of sales in US dollars alone, its money beside its orders. */
const inUsd = (report: unknown) => {
  const { money, ...rest } = report as { money: object[] };
  return { ...rest, ...money[0] };
};

describe("F20 I12 whatever tells of an event twice", () => {
  it.each<[string, (call: Call) => boolean]>([
    ["a rule", isTold],
    ["a queue or a stream", ({ caller }) => caller.name.startsWith("mapping:")],
    ["a relay", ({ caller, operation }) => /Relay/.test(caller.name) && operation === "PutEvents"],
    ["the provider", ({ caller, service }) => /ProviderApi/.test(caller.name) && service === "sqs"],
  ])("(%s), it has one effect", async (_, matches) => {
    const thrice: Gate = async (call, next) => {
      const first = await next(call);
      await Promise.all([next(call), next(call)]);
      return first;
    };
    const { spoilt } = spoil(shop.local, matches, thrice);
    const ids = await placeSome();
    await shop.settle();
    expect(spoilt.length).toBeGreaterThan(3);
    expect(await shop.broken()).toEqual([]);
    const statuses = await Promise.all(ids.map(async (id) => (await shop.read(id)).status));
    expect(statuses).toEqual(["CONFIRMED", "REJECTED", "CANCELLED"]);
    for (const id of ids) {
      const { timeline } = await shop.read(id);
      const whats = timeline.map(({ what }: { what: string }) => what);
      expect(new Set(whats).size).toBe(whats.length);
    }
    const mails = shop.local.emails().map(({ tags }) => `${tags?.order} ${tags?.template}`);
    expect(new Set(mails).size).toBe(mails.length);
    expect(await salesToday()).toMatchObject({ orders: 2, sold: 998, refunded: 499, net: 499 });
  });
});

describe("F21 I13 events that come in any order", () => {
  it.each([1, 2, 3, 4])("lead to the same views (%i)", async () => {
    spoil(shop.local, isTold, async (call, next) => {
      await later(shop.clock.random() * 5 * MINUTE);
      return next(call);
    });
    const ids = await placeSome(60 * MINUTE);
    await shop.clock.advance(60 * MINUTE);
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
    const statuses = await Promise.all(ids.map(async (id) => (await shop.read(id)).status));
    expect(statuses).toEqual(["CONFIRMED", "REJECTED", "CANCELLED"]);
    expect(await salesToday()).toMatchObject({ orders: 2, sold: 998, refunded: 499 });
  });
});

describe("the archive", () => {
  const replay = async () => {
    const now = Math.floor(shop.clock.now() / 1000);
    await shop.local.call("events", "StartReplay", {
      ReplayName: `replay-${now}`,
      EventSourceArn: "arn:aws:events:us-east-1:123456789012:archive/petstore-local-Archive",
      EventStartTime: now - 10 * 24 * 3600,
      EventEndTime: now,
      Destination: {
        Arn: "arn:aws:events:us-east-1:123456789012:event-bus/petstore-local-BusBus",
      },
    });
    await shop.clock.advance(10 * MINUTE);
    await shop.settle();
  };

  it("F22 replayed days later changes nothing that is over", async () => {
    await placeSome();
    await shop.settle();
    const [before, mails, sales] = [
      await shop.books(),
      shop.local.emails().length,
      await salesToday(),
    ];
    await waitLong(shop, 3 * DAY);
    await replay();
    expect(await shop.books()).toEqual(before);
    expect(shop.local.emails()).toHaveLength(mails);
    expect(await shop.broken()).toEqual([]);
    await replay();
    expect(await shop.books()).toEqual(before);
    expect(sales).toMatchObject({ orders: 2 });
  });

  it("F65 I13 rebuilds every view that was lost, while new orders come in, to the same", async () => {
    await placeSome();
    await shop.settle();
    const before = await shop.books();
    const TableName = shop.local.nameOf("ReadTable");
    const { Items } = await shop.local.call("dynamodb", "Scan", { TableName });
    expect(Items.length).toBeGreaterThan(10);
    for (const { pk, sk } of Items)
      await shop.local.call("dynamodb", "DeleteItem", { TableName, Key: { pk, sk } });
    const [meanwhile] = await Promise.all([shop.order(), replay()]);
    const after = await shop.books();
    for (const [id, view] of before.views) expect(after.views.get(id), id).toEqual(view);
    expect(after.views.get(meanwhile)).toMatchObject({ status: "CONFIRMED" });
    expect(await shop.broken()).toEqual([]);
    expect(await salesToday()).toMatchObject({ orders: 3, refunded: 499 });
  });
});

describe("a queue", () => {
  it("F23 brings back only the messages that failed, alone", async () => {
    const ids: string[] = [];
    let bad = "";
    const { stop } = spoil(
      shop.local,
      (call) => by("ProjectOrders")(call) && call.input.Key?.pk.S === bad,
      "is throttled",
    );
    const handled: Record<string, number> = {};
    shop.local.cloud.guard((call, next) => {
      if (by("ProjectOrders")(call) && call.operation === "UpdateItem") {
        const id = call.input.Key.pk.S;
        handled[id] = (handled[id] ?? 0) + 1;
      }
      return next(call);
    });
    const answers = await shop.drive(
      Promise.all(
        [1, 2, 3, 4].map((i) =>
          shop.local.api({
            method: "POST",
            path: "/orders",
            as: "alice",
            headers: { "idempotency-key": `f23-${i}` },
            body: { lines: hay, paymentToken: "tok_approve" },
          }),
        ),
      ),
    );
    for (const answer of answers) ids.push((answer.json() as { orderId: string }).orderId);
    bad = ids[1] as string;
    // What shared a batch with it may have been left to the next attempt, for the time that it took.
    await shop.clock.advance(5 * MINUTE);
    for (const id of ids.filter((one) => one !== bad)) {
      expect(await shop.read(id)).toMatchObject({ status: "CONFIRMED" });
      expect(handled[id]).toBe(6);
    }
    stop();
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it("F25 has all of an event's effect, once, where its function crashes right after a write", async () => {
    const write = (call: Call) => by("ProjectOrders")(call) && isWrite(call);
    const { stop, spoilt } = spoil(shop.local, write, "is done, and its function crashes", 1);
    await shop.order();
    await shop.settle();
    stop();
    expect(spoilt).toHaveLength(1);
    expect(await shop.broken()).toEqual([]);
  });

  it("F24 brings a message to a second worker when the first is slow, and that is harmless", async () => {
    const slow: Gate = async (call, next) => {
      const answer = await next(call);
      await later(3 * MINUTE); // the queue's visibility timeout is two minutes
      return answer;
    };
    const { spoilt } = spoil(
      shop.local,
      ({ caller, operation }) => operation === "Invoke" && caller.name.startsWith("mapping:"),
      slow,
      20,
    );
    await placeSome();
    await shop.clock.advance(30 * MINUTE);
    await shop.settle();
    expect(spoilt.length).toBe(20);
    expect(await shop.broken()).toEqual([]);
  });

  it("F24 brings a message again that was handled and not deleted, and that is harmless", async () => {
    const { spoilt } = spoil(
      shop.local,
      ({ operation }) => operation.startsWith("DeleteMessage"),
      "is lost",
      10,
    );
    await placeSome();
    await shop.settle();
    expect(spoilt.length).toBe(10);
    expect(await shop.broken()).toEqual([]);
  });

  it("F26 I16 keeps what its consumer could not do for its redrive, which does it once", async () => {
    const { stop } = spoil(
      shop.local,
      (call) => by("ProjectSales")(call) && isWrite(call),
      "is lost",
    );
    await shop.order();
    await shop.clock.advance(60 * MINUTE);
    await shop.settle();
    expect(await shop.broken()).toEqual([
      expect.stringMatching(/^petstore-local-SalesQueueDlqQueue holds 1; ProjectSales: .+/),
    ]);
    expect(await salesToday()).toMatchObject({ orders: 0 });
    stop();
    for (let i = 0; i < 2; i++) {
      await shop.local.call("sqs", "StartMessageMoveTask", {
        SourceArn: queueArn("SalesQueueDlq"),
      });
      await shop.clock.advance(MINUTE);
      await shop.settle();
      expect(await salesToday()).toMatchObject({ orders: 1, sold: 499 });
    }
    expect(await shop.broken()).toEqual([]);
  });
});

it("F26 a sale that is told of days too late is in its day's report from the next night on", async () => {
  const { stop } = spoil(
    shop.local,
    (call) => by("ProjectSales")(call) && isWrite(call),
    "is lost",
  );
  const date = new Date(shop.clock.now()).toISOString().slice(0, 10);
  await shop.order();
  await waitLong(shop, 5 * DAY);
  stop();
  const report = async () => {
    const path = `/reports/daily-sales?date=${date}`;
    return inUsd((await shop.drive(shop.local.api({ path, as: "admin" }))).json());
  };
  expect(await report()).toMatchObject({ orders: 0 });
  await shop.local.call("sqs", "StartMessageMoveTask", { SourceArn: queueArn("SalesQueueDlq") });
  await waitLong(shop, DAY + 60 * MINUTE); // past a quarter past midnight
  expect(await report()).toMatchObject({ orders: 1, sold: 499 });
});

it("F26 a sale that is told of on the day after is in its day's report from the second night on", async () => {
  const { stop } = spoil(
    shop.local,
    (call) => by("ProjectSales")(call) && isWrite(call),
    "is lost",
  );
  const date = new Date(shop.clock.now()).toISOString().slice(0, 10);
  await shop.order();
  await waitLong(shop, 1.5 * DAY); // its day was reported at a quarter past midnight
  stop();
  await shop.local.call("sqs", "StartMessageMoveTask", { SourceArn: queueArn("SalesQueueDlq") });
  await waitLong(shop, DAY - 10 * 60 * MINUTE);
  const path = `/reports/daily-sales?date=${date}`;
  const report = await shop.drive(shop.local.api({ path, as: "admin" }));
  expect(inUsd(report.json())).toMatchObject({ orders: 1, sold: 499 });
});

describe("F17 a rule whose target is out for longer than a day", () => {
  it("gives its events up to a dead-letter queue, from which they still find their way", async () => {
    const { stop } = spoil(
      shop.local,
      ({ caller, input }) =>
        caller.name === "rule petstore-local-OrderViews" && !/Dlq/.test(input.QueueUrl),
      "is throttled",
    );
    const orderId = await shop.order();
    await waitLong(shop, DAY + 60 * MINUTE);
    await shop.settle();
    expect(await shop.broken()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^petstore-local-OrderViewsQueueDlqQueue holds 6/),
      ]),
    );
    expect(await shop.read(orderId)).toMatchObject({ orderId, status: "CONFIRMED" });
    stop();
    const move = {
      SourceArn: queueArn("OrderViewsQueueDlq"),
      DestinationArn: queueArn("OrderViewsQueue"),
    };
    await shop.local.call("sqs", "StartMessageMoveTask", move);
    await shop.clock.advance(MINUTE);
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
    expect((await shop.read(orderId)).timeline).toHaveLength(6);
  });
});
