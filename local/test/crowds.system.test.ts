import type { Fact } from "emulator/kernel/cloud";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hear, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const hay = { lines: [{ productId: "prd_hay", quantity: 1 }], paymentToken: "tok_approve" };

let shop: VirtualShop;
let facts: Fact[];
beforeEach(async () => {
  shop = await virtualShop();
  facts = [];
  shop.local.cloud.observe((fact) => facts.push(fact));
});
afterEach(() => shop?.local.stop());

type Request = Parameters<VirtualShop["local"]["api"]>[0];
/** So many requests at the same moment. */
const crowd = (size: number, request: (n: number) => Request) =>
  shop.drive(Promise.all(Array.from({ length: size }, (_, n) => shop.local.api(request(n)))));
const stockUp = (quantity: number) =>
  shop.drive(
    shop.local.api({
      method: "POST",
      path: "/stock/receipts",
      as: "admin",
      headers: { "idempotency-key": "for-the-crowd" },
      body: { lines: [{ productId: "prd_hay", quantity }] },
    }),
  );
const orderOf = (n: number): Request => ({
  method: "POST",
  path: "/orders",
  as: ["alice", "bob", "carol"][n % 3] as string,
  headers: { "idempotency-key": `crowd-${n}` },
  body: hay,
});
const count = (list: readonly unknown[], wanted: unknown) =>
  list.filter((one) => one === wanted).length;
const refusedWebhooks = () =>
  facts.filter(({ status, path }) => status === 429 && path === "/webhooks/payments");
/** When something was said of each order, in its timeline. */
const times = async (orderId: string, as: string, ...whats: string[]) => {
  const { timeline } = await shop.read(orderId, as);
  return whats.map((what) =>
    Date.parse(timeline.find((entry: { what: string }) => entry.what === what)?.at),
  ) as [number, number];
};

describe("a crowd", () => {
  it("that looks at the products does not keep the provider from telling what became of an order", async () => {
    const look = () => ({ path: "/products/prd_hay" });
    await crowd(300, look);
    const orderId = await shop.order();
    for (let second = 0; second < 2; second += 1) {
      await crowd(200, look);
      await shop.clock.advance(SECOND);
    }
    expect(facts.filter(({ status }) => status === 429).length).toBeGreaterThan(200);
    expect(refusedWebhooks()).toEqual([]);
    const [placed, confirmed] = await times(orderId, "alice", "OrderPlaced", "OrderConfirmed");
    expect(confirmed - placed).toBeLessThan(3 * SECOND);
  });

  it("that orders is let in as fast as orders are done, and each of them is", async () => {
    await stockUp(1_000);
    const answers = await crowd(300, orderOf);
    const accepted = answers.flatMap((answer, n) =>
      answer.status === 202 ? [{ ...(answer.json() as { orderId: string }), n }] : [],
    );
    expect([
      accepted.length,
      count(
        answers.map(({ status }) => status),
        429,
      ),
    ]).toEqual([40, 260]);
    expect(answers.find(({ status }) => status === 429)?.json()).toEqual({
      message: "Too Many Requests",
    });
    await shop.settle();
    expect(refusedWebhooks()).toEqual([]);
    for (const { orderId, n } of accepted) {
      const as = orderOf(n).as as string;
      const [placed, confirmed] = await times(orderId, as, "OrderPlaced", "OrderConfirmed");
      expect(confirmed - placed).toBeLessThan(3 * SECOND);
    }
    expect(await shop.broken()).toEqual([]);
  });

  it("without tokens runs no function, and takes no turn of the signed-in on another route", async () => {
    const invoked = hear(shop.local, ({ caller }) => caller.role === "apigateway.amazonaws.com");
    const answers = await crowd(1_000, (n) => ({ ...orderOf(n), as: undefined as never }));
    const statuses = answers.map(({ status }) => status);
    expect([count(statuses, 401), count(statuses, 429)]).toEqual([40, 960]);
    expect(answers[0]?.headers.get("www-authenticate")).toBe("Bearer");
    expect(invoked).toEqual([]);
    const { status } = await shop.drive(shop.local.api({ path: "/orders", as: "alice" }));
    expect(status).toBe(200);
  });
});

describe("a flood of messages", () => {
  it("runs a few consumers at once, and leaves the rest of the account to the saga", async () => {
    let [running, most] = [0, 0];
    spoil(
      shop.local,
      ({ operation, caller, input }) =>
        operation === "Invoke" &&
        caller.name.startsWith("mapping:") &&
        input.FunctionName.includes("ProjectOrders"),
      async (call, next) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((done) => shop.clock.after(15 * SECOND, "a slow view", done));
        running -= 1;
        return next(call);
      },
    );
    const { QueueUrl } = await shop.local.call("sqs", "GetQueueUrl", {
      QueueName: "petstore-local-OrderViewsQueueQueue",
    });
    for (let n = 0; n < 1_000; n += 1)
      await shop.local.call("sqs", "SendMessage", { QueueUrl, MessageBody: "{}" });
    await shop.clock.advance(MINUTE);
    expect(most).toBe(5);
    const orderId = await shop.order();
    await shop.clock.advance(3 * SECOND);
    const { executions } = await shop.drive(
      shop.local.call("states", "ListExecutions", {
        stateMachineArn:
          "arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-FulfilOrder",
        statusFilter: "SUCCEEDED",
      }),
    );
    expect(executions.map(({ name }: { name: string }) => name)).toEqual([orderId]);
  });
});
