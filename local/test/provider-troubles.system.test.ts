import type { Gate } from "emulator/kernel/cloud";
import type { Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, hear, isWrite, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const later = (ms: number) =>
  new Promise<void>((resolve) => shop.clock.after(ms, "later", resolve));
/** A request to the provider, on its way to it. */
const isAsked = ({ caller, service }: Call) =>
  service === "lambda" && caller.name.includes("ProviderApi") && caller.name.endsWith("URL");
const postings = async () =>
  (await shop.books()).postings.flatMap(({ posting }) =>
    posting
      .filter(({ account }: { account: string }) => account === "merchant")
      .map(({ amount }: { amount: number }) => amount),
  );

describe("a provider whose answers are slower than its webhooks", () => {
  it.each([2, 10])("F51 (by %i s) is heard once: by the webhook", async (seconds) => {
    const slowly: Gate = async (call, next) => {
      const answer = await next(call);
      await later(seconds * SECOND);
      return answer;
    };
    spoil(shop.local, isAsked, slowly, 4);
    const orderId = await shop.order();
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED", paid: { amount: 499 } });
    expect(await postings()).toEqual([499]);
    expect(await shop.broken()).toEqual([]);
  });
});

describe("a provider whose webhooks never come", () => {
  it.each([
    ["tok_approve", "CONFIRMED"],
    ["tok_late", "CONFIRMED"],
    ["tok_decline", "REJECTED"],
  ])("F52 is asked for its answer (%s: %s)", async (card, status) => {
    spoil(
      shop.local,
      (call) => by("ProviderApi")(call) && call.service === "sqs",
      () => Promise.resolve({ MessageId: "lost" }),
    );
    const orderId = await shop.order(card);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status });
    expect(await shop.broken()).toEqual([]);
  });

  it("F55 I16 keeps those that could not be delivered, and brings them after a redrive, to no effect", async () => {
    const { stop } = spoil(
      shop.local,
      ({ caller, operation }) => operation === "Invoke" && caller.name.includes("DeliverWebhook"),
      "is lost",
    );
    const outage = spoil(shop.local, (call) => by("ReceiveWebhook")(call), "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(30 * MINUTE);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    expect(await shop.broken()).toEqual([
      expect.stringMatching(/^petstore-local-ProviderWebhooksDlqQueue holds 1/),
    ]);
    stop();
    outage.stop();
    const before = await shop.books();
    const SourceArn = "arn:aws:sqs:us-east-1:123456789012:petstore-local-ProviderWebhooksDlqQueue";
    await shop.local.call("sqs", "StartMessageMoveTask", { SourceArn });
    await shop.clock.advance(MINUTE);
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
    expect((await shop.books()).payments).toEqual(before.payments);
  });
});

describe("F52 a shop that takes no webhooks for some seconds", () => {
  it("is sent them again after seconds, then later and later, and the order hardly waits", async () => {
    const attempts: number[] = [];
    const start = shop.clock.now();
    const outage = spoil(shop.local, by("ReceiveWebhook"), "is lost");
    shop.local.cloud.observe((fact) => {
      if (fact.kind === "log" && String(fact.line).includes("webhook not delivered"))
        attempts.push((shop.clock.now() - start) / SECOND);
    });
    const orderId = await shop.order();
    await shop.clock.advance(4.5 * SECOND); // the third try comes after five at the earliest
    outage.stop();
    await shop.clock.advance(18 * SECOND); // long before the saga asks, and long before two minutes
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    const pauses = attempts.slice(1).map((at, i) => at - (attempts[i] as number));
    expect(attempts.length).toBeGreaterThanOrEqual(2);
    expect(pauses[0]).toBeLessThan(4);
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });
});

describe("F23 F52 a shop that takes webhooks and does not answer", () => {
  it("is waited for in time: what it took of a batch is done, and only the others are sent again", async () => {
    const orderId = await shop.order("tok_late");
    await shop.clock.advance(3_000);
    const paymentId = orderId.replace("ord_", "pay_");
    const money = { amount: 499, currency: "USD" };
    const webhook = (id: string, status: string) => ({
      messageId: id,
      receiptHandle: "none",
      attributes: { ApproximateReceiveCount: "1" },
      body: JSON.stringify({
        id: `whk_${id}`,
        type: `payment.${status}`,
        data: { paymentId, status, ...money },
      }),
    });
    let calls = 0;
    shop.local.cloud.guard(async (call, next) => {
      if (!by("ReceiveWebhook")(call) || calls++ === 0) return next(call);
      await new Promise<void>((resolve) => shop.clock.after(60_000, "no answer", resolve));
      return next(call);
    });
    const Records = Array.from({ length: 10 }, (_, i) => webhook(`no-${i}`, "pending"));
    const { batchItemFailures } = (await shop.drive(
      shop.local.invoke("DeliverWebhook", { Records }),
    )) as { batchItemFailures: { itemIdentifier: string }[] };
    expect(batchItemFailures).toHaveLength(9);
  });
});

describe("F60 a provider that is out for ten minutes", () => {
  const ORDERS = 10;
  it.each([1, 2, 3])(
    "delays all orders and loses none, is hardly asked meanwhile, and is paid by each of them once (seed %i)",
    async (seed) => {
      shop.local.stop();
      shop = await virtualShop({ seed });
      const { stop, spoilt } = spoil(shop.local, isAsked, "is lost");
      const steps = hear(
        shop.local,
        ({ operation, input }) =>
          operation === "Invoke" && /AuthorizePayment/.test(input.FunctionName ?? ""),
      );
      const ids: string[] = [];
      for (let i = 0; i < ORDERS; i++)
        ids.push(await shop.order(i % 5 === 4 ? "tok_decline" : "tok_approve"));
      await shop.clock.advance(10 * MINUTE);
      for (const id of ids) expect(await shop.read(id)).toMatchObject({ status: "PENDING" });
      // The sagas ask again later and later, and the breaker keeps many of their questions back.
      expect(steps.length).toBeGreaterThan(ORDERS * 5);
      expect(spoilt.length).toBeLessThan(steps.length * 0.8);
      stop();
      await shop.settle();
      const statuses = await Promise.all(ids.map(async (id) => (await shop.read(id)).status));
      expect(statuses.filter((status) => status === "CONFIRMED")).toHaveLength(8);
      expect(statuses.filter((status) => status === "REJECTED")).toHaveLength(2);
      expect(await postings()).toEqual(Array(8).fill(499));
      expect(await shop.broken()).toEqual([]);
    },
  );

  it("while a customer cancels: what was asked for is never charged", async () => {
    const { stop } = spoil(shop.local, isAsked, async (call, next) => {
      await next(call);
      throw new Error("The answer is lost");
    });
    const orderId = await shop.order("tok_late");
    await shop.clock.advance(5 * SECOND);
    await shop.cancel(orderId);
    await shop.clock.advance(10 * MINUTE);
    stop();
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CANCELLED", paid: null });
    expect(await postings()).toEqual([]);
    expect(await shop.broken()).toEqual([]);
  });
});

describe("F49 I1 a capture or a refund whose answer is lost", () => {
  it.each([1, 2, 5])("%i times happens once", async (times) => {
    const loses = (path: string) => (call: Call) =>
      isAsked(call) && Buffer.from(call.input.Payload, "base64").toString().includes(`/${path}"`);
    for (const path of ["capture", "refund"])
      spoil(shop.local, loses(path), "is done, but its answer is lost", times);
    const orderId = await shop.order();
    await shop.clock.advance(10 * MINUTE);
    await shop.cancel(orderId);
    await shop.clock.advance(10 * MINUTE);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      refunded: { amount: 499 },
    });
    expect(await postings()).toEqual([499, -499]);
    expect(await shop.broken()).toEqual([]);
  });
});

describe("F58 two causes to give money back at once", () => {
  it("(the customer cancels twice, two sagas run) give it back once", async () => {
    const orderId = await shop.order("tok_refund_fails");
    await shop.clock.advance(MINUTE);
    await shop.cancel(orderId);
    const twice = hear(shop.local, (call) => by("RefundPayment")(call) && isWrite(call));
    const machine = "arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-ReturnOrder";
    const isThere = async () =>
      (await shop.local.call("states", "ListExecutions", { stateMachineArn: machine })).executions
        .length > 0;
    await shop.clock.runUntil(isThere);
    const executionArn = `${machine.replace(":stateMachine:", ":execution:")}:${orderId}`;
    const { input } = await shop.local.call("states", "DescribeExecution", { executionArn });
    await shop.local.call("states", "StartExecution", {
      stateMachineArn: machine,
      name: "by-hand",
      input,
    });
    await shop.settle();
    expect(twice.length).toBeGreaterThan(0);
    expect(await postings()).toEqual([499, -499]);
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      refunded: { amount: 499 },
    });
    expect(await shop.broken()).toEqual([]);
  });
});
