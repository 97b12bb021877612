import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { untilAttention } from "./long-waits.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const post = (path: string, as: string, body?: object) =>
  shop.drive(shop.local.api({ method: "POST", path, as, body }));
const decide = (orderId: string, decision: "resume" | "close", as = "admin", reason = "Looked.") =>
  post(`/orders/${orderId}/${decision}`, as, { reason });
const names = async (machine: string): Promise<string[]> => {
  const stateMachineArn = `arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-${machine}`;
  const { executions } = await shop.local.call("states", "ListExecutions", { stateMachineArn });
  return executions.map(({ name }: { name: string }) => name);
};
const salesOfToday = async () => {
  const answer = await shop.drive(shop.local.api({ path: "/reports/daily-sales", as: "admin" }));
  const { money } = answer.json() as { money: { refunded: number; net: number }[] };
  return money[0] ?? { refunded: 0, net: 0 };
};

/** An order whose saga somebody has stopped three times, a moment after it began. */
const stoppedBefore = async (paymentToken = "tok_late") => {
  const orderId = await shop.order(paymentToken);
  for (const run of ["", "_2", "_3"]) {
    await shop.clock.advance(3 * SECOND);
    await shop.local.call("states", "StopExecution", {
      executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-FulfilOrder:${orderId}${run}`,
    });
  }
  await shop.clock.advance(MINUTE);
  expect(await shop.read(orderId)).toMatchObject({ status: "NEEDS_ATTENTION" });
  return orderId;
};

/** An order at which one step fails until its saga gives up. */
const stuckAt = async (step: string, cancels = false) => {
  const { stop } = spoil(shop.local, by(step), "is lost");
  const orderId = await shop.order();
  if (cancels) {
    await shop.clock.advance(MINUTE);
    await post(`/orders/${orderId}/cancel`, "alice");
  }
  await untilAttention(shop, orderId);
  stop();
  return orderId;
};

describe("I7 an order that needs attention", () => {
  it.each<[string, () => Promise<string>, string]>([
    ["before it was confirmed", stoppedBefore, "CONFIRMED"],
    ["when its money could not be taken", () => stuckAt("CapturePayment"), "CONFIRMED"],
    ["when its stock could not be sold", () => stuckAt("CommitStock"), "CONFIRMED"],
    ["on its way back", () => stuckAt("RefundPayment", true), "CANCELLED"],
    ["at the end of its way back", () => stuckAt("CloseOrder", true), "CANCELLED"],
  ])("(%s) is resumed by a person, and ends as it would have", async (_, make, ends) => {
    const orderId = await make();
    const answer = await decide(orderId, "resume");
    expect([answer.status, answer.json()]).toMatchObject([202, { orderId }]);
    await shop.clock.advance(60 * MINUTE); // the sweeper still sees how its earlier runs ended
    await shop.settle();
    const order = await shop.read(orderId);
    expect(order).toMatchObject({ status: ends });
    expect(order.timeline.map(({ what }: { what: string }) => what)).toContain("OrderResumed");
    expect(await names(ends === "CANCELLED" ? "ReturnOrder" : "FulfilOrder")).toContain(
      `${orderId}-1`,
    );
    expect(await shop.broken()).toEqual([]);
  });

  it.each<[string, () => Promise<string>, boolean, number]>([
    ["before it was confirmed", stoppedBefore, false, 0],
    ["when its money could not be taken", () => stuckAt("CapturePayment"), false, 499],
    ["when its stock could not be sold", () => stuckAt("CommitStock"), true, 499],
    ["on its way back", () => stuckAt("RefundPayment", true), true, 499],
    ["after its refund", () => stuckAt("ReturnStock", true), true, 499],
  ])(
    "(%s) is closed by a person: cancelled, with the reason, and all is back",
    async (_, make, paid, sale) => {
      const orderId = await make();
      const before = await salesOfToday();
      expect((await decide(orderId, "close", "admin", "Nobody answers.")).status).toBe(202);
      await shop.settle();
      const order = await shop.read(orderId);
      expect(order).toMatchObject({
        status: "CANCELLED",
        reason: { code: "ClosedByShop", detail: "Nobody answers." },
        paid: paid ? { amount: 499 } : null,
        refunded: paid ? { amount: 499 } : null,
      });
      expect(await shop.broken()).toEqual([]);
      expect((await salesOfToday()).refunded - before.refunded).toBe(sale);
    },
  );

  it("is resumed and closed once, however often a person says so", async () => {
    const [first, second] = [await stoppedBefore(), await stoppedBefore()];
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await decide(first, "resume"));
    for (let i = 0; i < 3; i++) answers.push(await decide(second, "close"));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(202));
    await shop.settle();
    expect((await names("FulfilOrder")).filter((name) => name.startsWith(`${first}-`))).toEqual([
      `${first}-1`,
    ]);
    expect(await names("ReturnOrder")).toEqual([`${second}-1`]);
    expect((await decide(first, "close")).status).toBe(409);
    expect(await shop.broken()).toEqual([]);
  });

  it.each<[string, () => Promise<string>, string[]]>([
    ["before it was confirmed", stoppedBefore, ["needs-attention", "confirmed"]],
    [
      "after it was confirmed",
      () => stuckAt("CapturePayment"),
      ["confirmed", "needs-attention", "confirmed-after-all"],
    ],
    [
      "on its way back",
      () => stuckAt("RefundPayment", true),
      ["confirmed", "needs-attention", "cancelled"],
    ],
  ])(
    "(%s) and is resumed tells its customer at last how it stands, once",
    async (_, make, mails) => {
      const orderId = await make();
      for (let i = 0; i < 2; i++) await decide(orderId, "resume");
      await shop.clock.advance(60 * MINUTE);
      await shop.settle();
      const told = shop.local.emails().filter(({ tags }) => tags.order === orderId);
      expect(told.map(({ tags }) => tags.template)).toEqual(mails.map((mail) => `order-${mail}`));
    },
  );

  it("may need it again, and is resumed again", async () => {
    const orderId = await stuckAt("CapturePayment");
    const { stop } = spoil(shop.local, by("CapturePayment"), "is lost");
    await decide(orderId, "resume");
    await shop.clock.advance(MINUTE);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    await untilAttention(shop, orderId);
    expect(await shop.read(orderId)).toMatchObject({ status: "NEEDS_ATTENTION" });
    stop();
    await decide(orderId, "resume");
    await shop.settle();
    expect(await names("FulfilOrder")).toContain(`${orderId}-2`);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    expect(await shop.broken()).toEqual([]);
  });

  it("is nobody's to decide about but an administrator's, who has to say why", async () => {
    const orderId = await stoppedBefore();
    for (const decision of ["resume", "close"] as const) {
      expect((await decide(orderId, decision, "alice")).status).toBe(403);
      expect((await decide(orderId, decision, "admin", " ")).status).toBe(422);
      expect((await post(`/orders/${orderId}/${decision}`, "admin")).status).toBe(415);
    }
    const unknown = "ord_01J8ZQ3V5N6W7X8Y9Z0A1B2C3D";
    expect((await decide(unknown, "close")).status).toBe(404);
    expect(await shop.read(orderId)).toMatchObject({ status: "NEEDS_ATTENTION" });
  });

  it("is the only one: an order that is well is neither resumed nor closed", async () => {
    const orderId = await shop.order();
    await shop.settle();
    for (const decision of ["resume", "close"] as const)
      expect((await decide(orderId, decision)).status).toBe(409);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
  });
});

describe("F63 F50 a payment that was authorised, and that the provider will not hand over", () => {
  const withoutMoney = async (cancels: boolean) => {
    const { stop } = spoil(shop.local, by("CapturePayment"), "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(3 * SECOND);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    const http = { method: "POST", path: `/v1/payments/${orderId.replace("ord", "pay")}/void` };
    const headers = {
      authorization: "Bearer sandbox-api-key",
      "idempotency-key": "somebody-else",
      host: "provider",
    };
    const event = { version: "2.0", rawPath: http.path, rawQueryString: "", headers };
    const asked = { ...event, requestContext: { http }, isBase64Encoded: false };
    expect(await shop.drive(shop.local.invoke("ProviderApi", asked))).toMatchObject({
      statusCode: 200,
    });
    if (cancels) await post(`/orders/${orderId}/cancel`, "alice");
    await shop.clock.advance(3 * SECOND);
    stop();
    await shop.settle();
    return shop.read(orderId);
  };

  it("cancels the order with a reason, and nothing is charged or held", async () => {
    expect(await withoutMoney(false)).toMatchObject({
      status: "CANCELLED",
      reason: { code: "NotAuthorized" },
      paid: null,
      refunded: null,
    });
    expect(await salesOfToday()).toMatchObject({ net: 0 });
    expect(await shop.broken()).toEqual([]);
  });

  it("cancels it as its customer asked, where they were faster", async () => {
    const order = await withoutMoney(true);
    expect(order).toMatchObject({ status: "CANCELLED", paid: null, refunded: null });
    expect(order.reason).toBeUndefined();
    expect(await shop.broken()).toEqual([]);
  });
});
