import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import { OrderId, paymentOf } from "@petstore/events/ids";
import { virtualClock } from "emulator/kernel/clock";
import { driverOf } from "emulator/kernel/drive";
import type { Call, Caller } from "emulator/kernel/engine";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openShop } from "../open.ts";
import type { Shop } from "../shop.ts";
import { spoil } from "../spoil.ts";

const total = { amount: 4200, currency: "USD" };
const secret = "sandbox-webhook-secret";
const clock = virtualClock();
let shop: Shop;
let calls: { by: string; operation: string; input: Call["input"] }[] = [];

beforeAll(async () => {
  shop = await openShop({ clock, runtime: "inline", seeded: false });
  shop.cloud.guard((call, next) => {
    calls.push({ by: call.caller.name, operation: call.operation, input: call.input });
    return next(call);
  });
});
afterAll(() => shop?.stop());
// Longer than the circuit breaker rests: what one test did to the provider is not the next one's concern.
beforeEach(() => clock.advance(15_000));

const passing = driverOf(clock);

/** The payment of a new order with a card, as the saga's steps see it. */
const orderWith = (paymentToken: string) => {
  const orderId = OrderId.create();
  const id = paymentOf(orderId);
  const order = {
    orderId,
    customerId: "cus_ada" as const,
    lines: [{ productId: "prd_goldfish", name: "Goldfish", quantity: 1, unitPrice: total }],
    total,
    trace: {
      correlationId: `req_${orderId}`,
      causationId: "evt_1",
      hop: 1,
      traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
    },
  };
  const step = (name: string, more: object = {}) =>
    passing(shop.invoke(name, { ...order, paymentToken, ...more }));
  const rows = async (table: string, pk: string) => {
    const { Items } = await shop.call("dynamodb", "Query", {
      TableName: shop.nameOf(table),
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": { S: pk } },
    });
    // biome-ignore lint/suspicious/noExplicitAny: rows as DynamoDB has them
    return Items as any[];
  };
  return {
    id,
    order,
    trace: order.trace,
    authorize: (taskToken = "token-1") => step("AuthorizePayment", { taskToken }),
    capture: () => step("CapturePayment"),
    giveUp: () => step("VoidPayment"),
    refund: () => step("RefundPayment", { cause: "cancellation" }),
    ledger: async () => (await rows("PaymentsTable", id)).map(({ type }) => type.S as string),
    rows: () => rows("PaymentsTable", id),
    atProvider: async () => {
      const path = `/_local/functions/ProviderApi/v1/payments/${id}`;
      const headers = { authorization: "Bearer sandbox-api-key" };
      const response = await passing(shop.fetch(`${shop.urls.api}${path}`, { headers }));
      return (await response.json()) as { status: string };
    },
    moved: async () => {
      const entries = await rows("ProviderTable", "LEDGER");
      return (
        entries
          .filter(({ sk }) => sk.S.startsWith(id))
          .flatMap(({ posting }) => posting.L)
          // biome-ignore lint/suspicious/noExplicitAny: a row as DynamoDB has it
          .filter(({ M }: any) => M.account.S === "merchant")
          // biome-ignore lint/suspicious/noExplicitAny: a row as DynamoDB has it
          .map(({ M }: any) => Number(M.amount.N))
      );
    },
  };
};

/** Posts a webhook as the provider would, or not quite. */
const post = (body: string, header: string | undefined) =>
  passing(
    shop.api({
      method: "POST",
      path: "/webhooks/payments",
      headers: {
        "content-type": "application/json",
        ...(header && { [SIGNATURE_HEADER]: header }),
      },
      body,
    }),
  );
const signed = (body: string) => post(body, signWebhook(body, secret, clock.now()));
const webhook = (paymentId: string, status: string, id = `whk_${paymentId}-${status}`) =>
  JSON.stringify({
    id,
    type: `payment.${status}`,
    data: { paymentId, status, ...total, ...(status === "declined" && { reason: "No." }) },
  });

describe("a payment on the emulator", () => {
  it("is authorised by webhook and captured, with one read a step and three writes in all", async () => {
    const payment = orderWith("tok_approve");
    calls = [];
    expect(await payment.authorize()).toBe("pending");
    await clock.advance(2_000);
    expect(await payment.capture()).toBe("settled");
    expect(await payment.ledger()).toEqual(["AuthorizationRequested", "Authorized", "Captured"]);
    const of = (name: string) =>
      calls.filter(({ by }) => by.includes(`-${name}`)).map(({ operation }) => operation);
    expect(of("AuthorizePayment")).toEqual(["Query", "PutItem"]);
    expect(of("ReceiveWebhook")).toEqual(["Query", "TransactWriteItems", "SendTaskSuccess"]);
    expect(of("CapturePayment")).toEqual(["Query", "TransactWriteItems"]);
    const units = (name: string) =>
      shop
        .notes("dynamodb.units")
        .filter(({ caller }) => (caller as Caller).name.includes(`-${name}`))
        .map(({ writeUnits }) => writeUnits);
    expect(units("AuthorizePayment")).toEqual([0, 1]);
    expect(units("ReceiveWebhook")).toEqual([0, 2, 2]);
    expect(units("CapturePayment")).toEqual([0, 2, 2]);
    expect(await payment.moved()).toEqual([4200]);
  });

  it("is the sum of its history, on however many pages that is", async () => {
    const TableName = shop.nameOf("PaymentsTable");
    const { stop } = spoil(
      shop,
      ({ operation, input }) => operation === "Query" && input.TableName === TableName,
      (call, next) => next({ ...call, input: { ...call.input, Limit: 1 } }),
    );
    const payment = orderWith("tok_approve");
    await payment.authorize();
    await clock.advance(2_000);
    expect(await payment.capture()).toBe("settled");
    expect(await payment.refund()).toBe("settled");
    expect(await payment.moved()).toEqual([4200, -4200]);
    stop();
  });

  it("is told of under the order's trace, with versions that leave no gap", async () => {
    const payment = orderWith("tok_approve");
    calls = [];
    await payment.authorize();
    await clock.advance(2_000);
    await payment.capture();
    await clock.advance(2_000);
    const told = calls
      .filter(({ operation }) => operation === "PutEvents")
      .flatMap(({ input }) => input.Entries)
      .map(({ Detail }) => JSON.parse(Detail))
      .filter(({ aggregate }) => aggregate.id === payment.id);
    expect(told).toMatchObject(
      ["payments.PaymentAuthorized.v1", "payments.PaymentCaptured.v1"].map((type, i) => ({
        type,
        source: "payments",
        aggregate: { type: "payment", id: payment.id, version: i + 1 },
        ...payment.trace,
        hop: 2,
      })),
    );
    expect(JSON.stringify(told)).not.toContain("token-1");
  });

  it("is one payment, although it was asked for twice at the same time", async () => {
    const payment = orderWith("tok_approve");
    await Promise.allSettled([payment.authorize("token-1"), payment.authorize("token-2")]);
    await clock.advance(2_000);
    await Promise.allSettled([payment.capture(), payment.capture()]);
    const ledger = (await payment.ledger()).filter((type) => type !== "AnswerAwaited");
    expect(ledger).toEqual(["AuthorizationRequested", "Authorized", "Captured"]);
    expect(await payment.moved()).toEqual([4200]);
  });

  it("takes rows of less than a kilobyte, with a task token of 700 characters", async () => {
    const payment = orderWith("tok_approve");
    await payment.authorize("x".repeat(700));
    const [row] = await payment.rows();
    const size = JSON.stringify(row).replaceAll(/"[SNM]":|[{}"]/g, "").length;
    expect(size).toBeLessThan(1024);
  });

  it("is captured once, and answers the same when it is asked again (F49)", async () => {
    const payment = orderWith("tok_approve");
    await payment.authorize();
    await clock.advance(2_000);
    await payment.capture();
    expect(await payment.capture()).toBe("settled before");
    expect(await payment.moved()).toEqual([4200]);
  });

  it("is declined by webhook, and again when it is asked again (F46)", async () => {
    const payment = orderWith("tok_decline");
    await payment.authorize();
    await clock.advance(2_000);
    expect(await payment.ledger()).toEqual(["AuthorizationRequested", "Declined"]);
    await expect(payment.authorize("token-2")).rejects.toMatchObject({ name: "Refused" });
    expect(await payment.giveUp()).toBe("settled before");
  });

  it("is declined at once with a card that does not exist", async () => {
    const payment = orderWith("tok_nonsense");
    await expect(payment.authorize()).rejects.toMatchObject({
      name: "Refused",
      message: expect.stringContaining("PaymentDeclined"),
    });
  });

  it.each([
    ["tok_timeout_approve", "Authorized"],
    ["tok_timeout_decline", "Declined"],
  ])(
    "is unknown after a time-out with %s, and %s when asked again (F47)",
    async (card, outcome) => {
      const payment = orderWith(card);
      await expect(payment.authorize("token-1")).rejects.toMatchObject({ name: "OutcomeUnknown" });
      expect(await payment.ledger()).toEqual(["AuthorizationRequested"]);
      await payment.authorize("token-2").catch((error) => expect(error.name).toBe("Refused"));
      expect(await payment.ledger()).toEqual(["AuthorizationRequested", outcome]);
    },
  );

  it("waits under the newest token while the provider does not know itself", async () => {
    const payment = orderWith("tok_late");
    await payment.authorize("token-1");
    expect(await payment.authorize("token-2")).toBe("pending");
    await clock.advance(25_000);
    expect(await payment.ledger()).toEqual([
      "AuthorizationRequested",
      "AnswerAwaited",
      "Authorized",
    ]);
  });

  it.each(["tok_twice", "tok_disorder"])(
    "comes to the same with %s, through capture and refund (F53, F54)",
    async (card) => {
      const payment = orderWith(card);
      await payment.authorize();
      await clock.advance(5_000);
      await payment.capture();
      await clock.advance(5_000);
      await payment.refund();
      await clock.advance(5_000);
      expect(await payment.ledger()).toEqual([
        "AuthorizationRequested",
        "Authorized",
        "Captured",
        "RefundRequested",
        "Refunded",
      ]);
      expect(await payment.moved()).toEqual([4200, -4200]);
    },
  );

  it("is refunded once although the provider breaks off twice (F57)", async () => {
    const payment = orderWith("tok_refund_fails");
    await payment.authorize();
    await clock.advance(2_000);
    await payment.capture();
    await expect(payment.refund()).rejects.toMatchObject({ name: "OutcomeUnknown" });
    await expect(payment.refund()).rejects.toMatchObject({ name: "OutcomeUnknown" });
    expect(await payment.refund()).toBe("settled");
    expect(await payment.refund()).toBe("settled before");
    expect(await payment.moved()).toEqual([4200, -4200]);
  });
});

describe("giving a payment up", () => {
  it("stops one that nobody asked for yet (tombstone)", async () => {
    const payment = orderWith("tok_approve");
    expect(await payment.giveUp()).toBe("settled before");
    await expect(payment.authorize()).rejects.toMatchObject({
      name: "Refused",
      message: expect.stringContaining("PaymentVoided"),
    });
    expect(await payment.ledger()).toEqual(["VoidRequested"]);
  });

  it("gives back what is authorised, once", async () => {
    const payment = orderWith("tok_approve");
    await payment.authorize();
    await clock.advance(2_000);
    expect(await payment.giveUp()).toBe("settled");
    expect(await payment.giveUp()).toBe("settled before");
    expect(await payment.ledger()).toEqual([
      "AuthorizationRequested",
      "Authorized",
      "VoidRequested",
      "Voided",
    ]);
    await expect(payment.capture()).rejects.toMatchObject({ name: "Refused" });
    expect((await payment.atProvider()).status).toBe("voided");
  });

  it("makes a success that comes late worth nothing (F48)", async () => {
    const payment = orderWith("tok_late");
    await payment.authorize();
    await payment.giveUp();
    await clock.advance(30_000);
    expect(await payment.ledger()).toEqual(["AuthorizationRequested", "VoidRequested", "Voided"]);
    expect((await payment.atProvider()).status).toBe("voided");
  });
});

describe("a webhook", () => {
  const cases: [string, number, (body: string) => ReturnType<typeof post>][] = [
    ["not signed", 401, (body) => post(body, undefined)],
    ["forged", 401, (body) => post(body, signWebhook(body, "guess", clock.now()))],
    ["stale", 401, (body) => post(body, signWebhook(body, secret, clock.now() - 301_000))],
    [
      "from the future",
      401,
      (body) => post(body, signWebhook(body, secret, clock.now() + 302_000)),
    ],
    ["printed again", 401, (body) => post(`${body} `, signWebhook(body, secret, clock.now()))],
    ["cut short", 422, (body) => signed(body.slice(0, 40))],
    ["about an amount that is none", 422, (body) => signed(body.replace("4200", "-1"))],
    [
      "in words that we do not know",
      422,
      (body) => signed(body.replaceAll("authorized", "review")),
    ],
  ];
  it.each(cases)(
    "that is %s is answered %i, and nothing is written (F56)",
    async (_, status, send) => {
      const payment = orderWith("tok_timeout_approve");
      await payment.authorize().catch(() => {});
      const answer = await send(webhook(payment.id, "authorized"));
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
      expect(await payment.ledger()).toEqual(["AuthorizationRequested"]);
    },
  );

  it("about a payment that we never asked for is answered 404, so that the provider keeps it (F55)", async () => {
    const payment = orderWith("tok_approve");
    expect((await signed(webhook(payment.id, "authorized"))).status).toBe(404);
    expect(await payment.ledger()).toEqual([]);
  });

  it("is heard once, and answered 200 each time (F53)", async () => {
    const payment = orderWith("tok_timeout_approve");
    await payment.authorize().catch(() => {});
    for (let i = 0; i < 3; i++)
      expect((await signed(webhook(payment.id, "authorized"))).status).toBe(200);
    expect(await payment.ledger()).toEqual(["AuthorizationRequested", "Authorized"]);
  });

  it("that the provider itself does not confirm is answered 409, and nothing is written (F56)", async () => {
    const payment = orderWith("tok_decline");
    await payment.authorize();
    await clock.advance(2_000);
    expect((await signed(webhook(payment.id, "captured"))).status).toBe(409);
    expect(await payment.ledger()).toEqual(["AuthorizationRequested", "Declined"]);
  });
});

describe("a ledger that two write at once", () => {
  it("I3 keeps what was written first: the second decides again on what it finds", async () => {
    const payment = orderWith("tok_approve");
    let overtaken = false;
    const stop = shop.cloud.guard(async (call, next) => {
      const isRow = call.operation === "PutItem" && call.input.TableName.includes("PaymentsTable");
      if (overtaken || !isRow || !call.caller.name.includes("AuthorizePayment")) return next(call);
      overtaken = true;
      await shop.invoke("VoidPayment", payment.order);
      return next(call);
    });
    await expect(payment.authorize()).rejects.toMatchObject({
      name: "Refused",
      message: expect.stringContaining("PaymentVoided"),
    });
    stop();
    expect(await payment.ledger()).toEqual(["VoidRequested"]);
  });

  it("I3 keeps it in a transaction, too", async () => {
    const payment = orderWith("tok_approve");
    let overtaken = false;
    const stop = shop.cloud.guard(async (call, next) => {
      const isHeard = call.operation === "TransactWriteItems";
      if (overtaken || !isHeard || !call.caller.name.includes("ReceiveWebhook")) return next(call);
      overtaken = true;
      await shop.invoke("VoidPayment", payment.order);
      return next(call);
    });
    await payment.authorize().catch(() => {}); // its webhook may come before its answer
    await clock.advance(5_000);
    stop();
    expect(overtaken).toBe(true);
    expect(await payment.ledger()).toEqual(["AuthorizationRequested", "VoidRequested", "Voided"]);
  });
});

describe("a provider that agrees to a step and says something else", () => {
  it("has settled nothing: the step fails for a person, and our books keep what they have", async () => {
    const payment = orderWith("tok_approve");
    await payment.authorize();
    await clock.advance(2_000);
    const stop = shop.cloud.guard(async (call, next) => {
      const answer = (await next(call)) as { Payload: string };
      const request = Buffer.from(call.input.Payload ?? "", "base64").toString();
      if (call.operation !== "Invoke" || !request.includes(`${payment.id}/void"`)) return answer;
      const { body, ...rest } = JSON.parse(Buffer.from(answer.Payload, "base64").toString());
      const said = JSON.stringify({ ...JSON.parse(body), status: "authorized" });
      const Payload = Buffer.from(JSON.stringify({ ...rest, body: said })).toString("base64");
      return { ...answer, Payload };
    });
    for (let i = 0; i < 2; i++)
      await expect(payment.giveUp()).rejects.toMatchObject({ name: "Contradiction" });
    stop();
    expect(await payment.ledger()).toEqual([
      "AuthorizationRequested",
      "Authorized",
      "VoidRequested",
    ]);
  });
});
