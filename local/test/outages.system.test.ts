import { AwsError, type Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judge } from "../judge/judge.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const MINUTE = 60_000;
const hay = [{ productId: "prd_hay", quantity: 1 }];

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

/** For so long, AWS answers 500 to every call that matches. */
const outage = (minutes: number, matches: (call: Call) => boolean) => {
  const until = shop.clock.now() + minutes * MINUTE;
  shop.local.cloud.guard((call, next) => {
    if (shop.clock.now() > until || !matches(call)) return next(call);
    throw new AwsError("InternalServerError", "The service is out", 500);
  });
};
const by = (name: string) => (call: Call) => call.caller.name.includes(name);
const orderIn = (answer: { json: () => unknown }) => (answer.json() as { orderId: string }).orderId;

describe("an outage", () => {
  it("F57 of some minutes, while an order is undone, delays that and no more", async () => {
    outage(10, (call) => call.service === "dynamodb" && by("ReleaseStock")(call));
    const orderId = orderIn(await shop.place({ lines: hay, paymentToken: "tok_decline" }));
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "REJECTED" });
    expect(judge(await shop.books())).toEqual([]);
  });
});

describe("F13 events that the bus does not take at once", () => {
  const onceFor = (answer: (entries: unknown[]) => object) => {
    let over = false;
    shop.local.cloud.guard((call, next) => {
      if (over || call.operation !== "PutEvents" || !by("OrdersRelayOutbox")(call))
        return next(call);
      over = true;
      return Promise.resolve(answer(call.input.Entries));
    });
  };
  const isPublishedSoon = async () => {
    const orderId = orderIn(await shop.place({ lines: hay }));
    await shop.clock.advance(2 * MINUTE); // long before the sweeper looks
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
  };

  it("go out again when the call succeeded and the entries did not", async () => {
    onceFor((entries) => ({
      FailedEntryCount: entries.length,
      Entries: entries.map(() => ({ ErrorCode: "InternalFailure", ErrorMessage: "Not taken" })),
    }));
    await isPublishedSoon();
  });

  it("go out again when the call failed", async () => {
    onceFor(() => {
      throw new AwsError("AccessDeniedException", "Not now", 400);
    });
    await isPublishedSoon();
  });
});

it("F28 an order that is told of again, at once and long after, is fulfilled by one execution", async () => {
  const told: object[] = [];
  shop.local.cloud.guard(async (call, next) => {
    if (call.operation !== "PutEvents" || !by("OrdersRelayOutbox")(call)) return next(call);
    told.push(call.input);
    await next(call);
    return next(call);
  });
  const orderId = orderIn(await shop.place({ lines: hay }));
  await shop.settle();
  for (const again of told) await shop.local.call("events", "PutEvents", again);
  await shop.settle();
  const stateMachineArn =
    "arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-FulfilOrder";
  const machine = { stateMachineArn };
  const { executions } = await shop.drive(shop.local.call("states", "ListExecutions", machine));
  expect(executions).toHaveLength(1);
  const { timeline } = await shop.read(orderId);
  const whats: string[] = timeline.map(({ what }: { what: string }) => what);
  expect(whats).toHaveLength(6);
  expect(new Set(whats).size).toBe(6);
});

describe("F15 a relay that is out for longer than its stream waits", () => {
  it("leaves its rows to the sweeper", async () => {
    outage(180, (call) => call.service === "events" && by("OrdersRelayOutbox")(call));
    const orderId = orderIn(await shop.place({ lines: hay }));
    await shop.clock.advance(90 * MINUTE);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    expect(judge(await shop.books()).map(({ invariant }) => invariant)).toEqual([
      "I16 no dead letters",
    ]);
  });
});

it("F14 F15 an event that the bus never takes holds up no other order in the sweeper, either", async () => {
  outage(180, (call) => call.service === "events" && by("OrdersRelayOutbox")(call));
  const ids: string[] = [];
  for (let i = 0; i < 25; i++) ids.push(orderIn(await shop.place({ lines: hay })));
  const stuck = ids.slice(0, 20); // more than a sweep tends to at once
  shop.local.cloud.guard((call, next) => {
    const isTold = (id: string) => JSON.stringify(call.input).includes(id);
    if (call.operation === "PutEvents" && stuck.some(isTold) && by("OrdersSweepOutbox")(call))
      throw new AwsError("InternalFailure", "Never", 500);
    return next(call);
  });
  await shop.clock.advance(90 * MINUTE);
  const { outboxes } = await shop.books();
  expect(new Set(outboxes.map(({ pk }) => pk))).toEqual(new Set(stuck));
});

describe("F14 an outbox row that is no event", () => {
  const put = () =>
    shop.local.call("dynamodb", "PutItem", {
      TableName: shop.local.nameOf("OrdersOutbox"),
      Item: { pk: { S: "whatever" }, sk: { S: "000001" }, envelope: { S: "not one" } },
    });
  const parked = async () => {
    const QueueUrl = `${shop.local.urls.aws}/123456789012/petstore-local-OrdersOutboxFailuresQueue`;
    const receive = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] };
    const { Messages = [] } = await shop.drive(shop.local.call("sqs", "ReceiveMessage", receive));
    return Messages as { Body: string; MessageAttributes: object }[];
  };
  const isSetAside = async () => {
    const letters = await parked();
    expect(letters).toHaveLength(1);
    expect(JSON.parse(letters[0]?.Body ?? "")).toMatchObject({
      pk: "whatever",
      envelope: "not one",
    });
    expect(letters[0]?.MessageAttributes).toHaveProperty("reason");
  };

  it("is parked with the reason, and stands in no order's way", async () => {
    await put();
    const orderId = orderIn(await shop.place({ lines: hay }));
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    await isSetAside();
  });

  it("is parked by the sweeper, too", async () => {
    outage(10, (call) => call.service === "sqs" && by("OrdersRelayOutbox")(call));
    await put();
    const orderId = orderIn(await shop.place({ lines: hay }));
    await shop.clock.advance(15 * MINUTE);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    await isSetAside();
  });
});

describe("F34 a cancellation after the pivot", () => {
  it("is begun by the sweeper when nobody else could begin it", async () => {
    const orderId = orderIn(await shop.place({ lines: hay }));
    await shop.settle();
    outage(20, (call) => call.service === "states" && by("StartCancellation")(call));
    await shop.drive(
      shop.local.api({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" }),
    );
    await shop.clock.advance(40 * MINUTE);
    await shop.settle();
    const { status, paid, refunded } = await shop.read(orderId);
    expect({ status, refunded }).toEqual({ status: "CANCELLED", refunded: paid });
    // What the sweeper made good lies among the dead letters still; to redrive it does nothing.
    const violations = judge(await shop.books());
    expect(violations.map(({ invariant }) => invariant)).toEqual(["I16 no dead letters"]);
  });
});

describe("F08 a transaction that is cancelled for too much traffic", () => {
  it("is answered with 503, and the same key works when it is over", async () => {
    const stop = shop.local.cloud.guard((call, next) => {
      if (call.operation !== "TransactWriteItems" || !by("OrdersApi")(call)) return next(call);
      const CancellationReasons = [{ Code: "ThrottlingError" }, { Code: "None" }, { Code: "None" }];
      throw new AwsError("TransactionCanceledException", "Cancelled", 400, { CancellationReasons });
    });
    const busy = await shop.place({ lines: hay, key: "again" });
    expect([busy.status, busy.headers.get("retry-after")]).toEqual([503, "1"]);
    stop();
    expect((await shop.place({ lines: hay, key: "again" })).status).toBe(202);
  });
});

describe("F41 F60 a payment provider that is out for a quarter of an hour and more", () => {
  it("costs no customer money for what was sold to another meanwhile", async () => {
    outage(20, by("ProviderApi"));
    const parrot = [{ productId: "prd_parrot", quantity: 1 }];
    const first = orderIn(await shop.place({ lines: parrot }));
    await shop.clock.advance(16.5 * MINUTE);
    const second = orderIn(await shop.place({ lines: parrot, as: "bob" }));
    await shop.settle();
    const orders = [await shop.read(first), await shop.read(second, "bob")];
    expect(orders.map(({ status }) => status)).toEqual(["CONFIRMED", "REJECTED"]);
    for (const { status, paid } of orders) expect(paid !== null).toBe(status === "CONFIRMED");
    expect(judge(await shop.books())).toEqual([]);
  });
});
