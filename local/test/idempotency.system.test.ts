import { AwsError, type Call } from "emulator/kernel/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judge } from "../judge/judge.ts";
import { by, type Fault, hear, isWrite, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { waitLong } from "./long-waits.ts";

const HOUR = 3600_000;
const good = { lines: [{ productId: "prd_hay", quantity: 1 }], paymentToken: "tok_approve" };
const other = { ...good, lines: [{ productId: "prd_hay", quantity: 2 }] };

let shop: VirtualShop;
let writes: Call[];
let keys = 0;
beforeAll(async () => {
  shop = await virtualShop();
  writes = hear(shop.local, (call) => isWrite(call) && by("OrdersApi")(call));
});
afterAll(() => shop?.local.stop());

const newKey = () => `a-key-${++keys}`;
const post = (key: string, body: object = good, as = "alice") =>
  shop.local.api({
    method: "POST",
    path: "/orders",
    as,
    headers: { "idempotency-key": key },
    body,
  });
const place = (key: string, body: object = good, as = "alice") => shop.drive(post(key, body, as));
const seen = (answer: Awaited<ReturnType<typeof post>>) => ({
  status: answer.status,
  text: answer.text,
  location: answer.headers.get("location"),
});
const typeOf = (answer: Awaited<ReturnType<typeof post>>) =>
  (answer.json() as { type?: string }).type;
const ordersIn = async () => (await shop.books()).orders.length;
/** What was written and placed since, in a sentence. */
const since = async (before: { writes: number; orders: number }) =>
  `The API wrote ${writes.length - before.writes} times and placed ${(await ordersIn()) - before.orders} orders`;
const now = async () => ({ writes: writes.length, orders: await ordersIn() });
const NOTHING = "The API wrote 0 times and placed 0 orders";
const writing = (call: Call) => isWrite(call) && by("OrdersApi")(call);

describe("an Idempotency-Key", () => {
  it("F01 of a request that is repeated brings the same answer, to the byte, and no second order", async () => {
    const key = newKey();
    const first = await place(key);
    const before = await now();
    const again = [await place(key), await place(key), await place(key)];
    await shop.settle();
    again.push(await place(key));
    expect(await since(before), "for one request that came four times again").toBe(NOTHING);
    for (const one of again)
      expect(seen(one), "A repeated request was answered otherwise").toEqual(seen(first));
  });

  it("F01 counts for the request's meaning, not for its spaces", async () => {
    const key = newKey();
    const first = await place(key);
    const spaced = JSON.stringify(good, null, 2) as unknown as object;
    expect(seen(await place(key, spaced))).toEqual(seen(first));
  });

  it("F01 brings the first answer after a deployment too: the record keeps the fingerprint that it always had", async () => {
    const key = newKey();
    await place(key, {
      paymentToken: "tok_approve",
      lines: [{ quantity: 1, productId: "prd_hay" }],
    });
    const principal = shop.local.accounts.find(({ name }) => name === "alice")?.customerId;
    const Key = { pk: { S: `IDEMPOTENCY#${principal}#${key}` }, sk: { S: "ANSWER" } };
    const record = { TableName: shop.local.nameOf("OrdersTable"), Key };
    const { Item } = await shop.local.call("dynamodb", "GetItem", record);
    expect(Item.request).toEqual({ S: "ocJQMftIu_Rko17AJUwpzbQrOC2Kkyy8hY4qSYHtMGo" });
  });

  it("F02 of a request with another body is refused, and nothing is written", async () => {
    const key = newKey();
    await place(key);
    const before = await now();
    const answer = await place(key, other);
    expect(await since(before), "for another request under a used key").toBe(NOTHING);
    expect([answer.status, typeOf(answer)]).toEqual([422, "/problems/idempotency-key-reused"]);
  });

  it.each([2, 5])("F03 I5 of %i requests in flight at once makes one order", async (count) => {
    const key = newKey();
    const before = await ordersIn();
    const all = await shop.drive(Promise.all(Array.from({ length: count }, () => post(key))));
    const accepted = all.filter(({ status }) => status === 202);
    expect(accepted.length).toBeGreaterThan(0);
    expect(new Set(accepted.map(({ text }) => text)).size).toBe(1);
    for (const answer of all.filter(({ status }) => status !== 202)) {
      expect([answer.status, typeOf(answer)]).toEqual([409, "/problems/request-in-progress"]);
      expect(answer.headers.get("retry-after")).toBe("1");
    }
    expect((await ordersIn()) - before, `orders of ${count} requests with one key`).toBe(1);
  });

  it("F03 of two different requests in flight at once lets one of them through", async () => {
    const key = newKey();
    const before = await ordersIn();
    const all = await shop.drive(Promise.all([post(key), post(key, other)]));
    expect(all.map(({ status }) => status).sort()).toEqual([202, 422]);
    expect((await ordersIn()) - before, "orders of two requests with one key").toBe(1);
  });

  it("F03 of a request that meets the first one in the database is told to come back", async () => {
    const key = newKey();
    const conflict = () =>
      Promise.reject(
        new AwsError("TransactionCanceledException", "Transaction cancelled", 400, {
          CancellationReasons: [
            { Code: "TransactionConflict" },
            { Code: "None" },
            { Code: "None" },
          ],
        }),
      );
    const { stop, spoilt } = spoil(shop.local, writing, conflict);
    const answer = await place(key);
    stop();
    expect(spoilt.length).toBeGreaterThan(0);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([409, "1"]);
    expect((await place(key)).status).toBe(202);
  });

  it("F04 is its principal's own: nobody is given another's answer", async () => {
    const key = newKey();
    const hers = (await place(key)).json() as { orderId: string };
    const his = await place(key, other, "bob");
    expect(his.status).toBe(202);
    const { orderId } = his.json() as { orderId: string };
    expect(orderId).not.toBe(hers.orderId);
    await shop.settle();
    expect(await shop.read(orderId, "bob")).toMatchObject({ lines: [{ quantity: 2 }] });
    expect(await shop.read(hers.orderId)).toMatchObject({ lines: [{ quantity: 1 }] });
  });

  it("F05 F43 is good for 72 hours by the clock, whenever DynamoDB deletes its record", async () => {
    const key = newKey();
    const first = await place(key);
    const orders = await ordersIn();
    await waitLong(shop, 72 * HOUR - 60_000);
    expect(seen(await place(key))).toEqual(seen(first));
    await shop.clock.advance(2 * 60_000);
    const late = await place(key);
    expect([late.status, typeOf(late)]).toEqual([409, "/problems/idempotency-key-expired"]);
    const lateOther = await place(key, other);
    expect([lateOther.status, typeOf(lateOther)]).toEqual([
      422,
      "/problems/idempotency-key-reused",
    ]);
    expect((await ordersIn()) - orders, "orders of a key that is too old").toBe(0);
  });

  it("F05 lets no second order through even when its record is forgotten: the order itself tells the answer", async () => {
    const key = newKey();
    const first = await place(key);
    const { orderId } = first.json() as { orderId: string };
    await shop.settle();
    const principal = shop.local.accounts.find(({ name }) => name === "alice")?.customerId;
    const Key = { pk: { S: `IDEMPOTENCY#${principal}#${key}` }, sk: { S: "ANSWER" } };
    const record = { TableName: shop.local.nameOf("OrdersTable"), Key };
    expect(await shop.local.call("dynamodb", "GetItem", record)).toHaveProperty("Item");
    await shop.local.call("dynamodb", "DeleteItem", record);

    const [before, orders] = [await shop.read(orderId), await ordersIn()];
    expect(seen(await place(key))).toEqual(seen(first));
    const reused = await place(key, other);
    expect([reused.status, typeOf(reused)]).toEqual([422, "/problems/idempotency-key-reused"]);
    await waitLong(shop, 72 * HOUR);
    const late = await place(key);
    expect([late.status, typeOf(late)]).toEqual([409, "/problems/idempotency-key-expired"]);
    expect(late.headers.get("retry-after")).toBeNull();
    await shop.settle();
    expect((await ordersIn()) - orders, "orders once the key's record was forgotten").toBe(0);
    expect(await shop.read(orderId)).toEqual(before);
  });
});

/** Places an order while its transaction is spoilt, `times` times; then again, with the same key, in peace. */
const spoiltOrder = async (fault: Fault, times: number) => {
  const key = newKey();
  const before = await ordersIn();
  const { stop, spoilt } = spoil(shop.local, writing, fault, times);
  const first = await place(key);
  stop();
  expect(spoilt.length).toBeGreaterThan(0);
  const inBetween = (await ordersIn()) - before;
  const second = await place(key);
  expect(second.status, "what a customer is told who tries again with the same key").toBe(202);
  expect(seen(await place(key)), "what is told at the next try").toEqual(seen(second));
  expect((await ordersIn()) - before, "orders of one customer's request, after its retries").toBe(
    1,
  );
  return { first, inBetween, second };
};
const ALWAYS = 100;

describe("a database that fails while an order is written", () => {
  it("F06 after the commit, with the function: the retry is given what was committed", async () => {
    const { first, inBetween } = await spoiltOrder("is done, and its function crashes", 1);
    expect(first.status).toBe(500);
    expect(inBetween).toBe(1);
  });

  it("F06 before the commit, with the function: the retry places the order", async () => {
    const { first, inBetween } = await spoiltOrder("never comes, for its function crashes", 1);
    expect(first.status).toBe(500);
    expect(inBetween).toBe(0);
  });

  it.each([
    ["is lost", 1],
    ["is done, but its answer is lost", 1],
    ["is done, but its answer is lost", 3],
    ["is done twice", 1],
    ["is throttled", 2],
  ] as const)("F07 F08 is not noticed when the transaction %s (%i times)", async (fault, times) => {
    const { first, second } = await spoiltOrder(fault, times);
    expect(seen(first)).toEqual(seen(second));
    expect(first.status).toBe(202);
  });

  it("F07 F09 answers 5xx when no answer comes, keeps no such answer, and the key tells what happened", async () => {
    const { first, inBetween } = await spoiltOrder("is done, but its answer is lost", ALWAYS);
    expect([first.status, typeOf(first), inBetween]).toEqual([500, "/problems/internal", 1]);
  });

  it("F09 answers 5xx when all is lost, and keeps no such answer", async () => {
    const { first, inBetween } = await spoiltOrder("is lost", ALWAYS);
    expect([first.status, typeOf(first), inBetween]).toEqual([500, "/problems/internal", 0]);
  });

  it("F09 keeps nothing of an attempt that failed: the next one under its key places the order", async () => {
    const defect = () => Promise.reject(new AwsError("ValidationException", "A defect", 400));
    const before = await ordersIn();
    const key = newKey();
    const { stop } = spoil(shop.local, writing, defect, 1);
    const [first, second] = [await place(key), await place(key)];
    stop();
    expect([first.status, second.status]).toEqual([500, 202]);
    expect((await ordersIn()) - before).toBe(1);
  });

  it.each([1, 2])(
    "F06 at its write %i and every later one: there is all of the order, its event too, or nothing",
    async (from) => {
      let count = 0;
      const late = (call: Call) => {
        if (!writing(call)) return false;
        count += 1;
        return count >= from;
      };
      const { stop } = spoil(shop.local, late, "is lost");
      await place(newKey());
      stop();
      await shop.settle();
      expect(await shop.broken()).toEqual([]);
    },
  );

  it("F08 answers 503 with Retry-After when it is throttled for good, and nothing is written", async () => {
    const { first, inBetween } = await spoiltOrder("is throttled", ALWAYS);
    expect([first.status, typeOf(first), inBetween]).toEqual([503, "/problems/busy", 0]);
    expect(first.headers.get("retry-after")).toBe("1");
  });

  it.each(["ThrottlingError", "ProvisionedThroughputExceeded"])(
    "F08 answers the same when %s stands among a transaction's reasons",
    async (Code) => {
      const cancelled = () =>
        Promise.reject(
          new AwsError("TransactionCanceledException", "Transaction cancelled", 400, {
            CancellationReasons: [{ Code: "None" }, { Code }, { Code: "None" }],
          }),
        );
      const { stop } = spoil(shop.local, writing, cancelled);
      const answer = await place(newKey());
      stop();
      expect([answer.status, typeOf(answer)]).toEqual([503, "/problems/busy"]);
    },
  );

  it.each(["is lost", "is throttled", "never comes, for its function crashes"] as const)(
    "while it is read: an order whose reading %s is not placed, and may be placed again",
    async (fault) => {
      const [key, before] = [newKey(), await ordersIn()];
      const reading = (call: Call) => call.operation === "BatchGetItem" && by("OrdersApi")(call);
      const { stop } = spoil(shop.local, reading, fault);
      const answer = await place(key);
      stop();
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect((await ordersIn()) - before, "orders of a request that failed").toBe(0);
      expect((await place(key)).status).toBe(202);
    },
  );
});

it("I5 I7 all of these orders come to their end, and all books are in order", async () => {
  await shop.settle();
  expect(judge(await shop.books())).toEqual([]);
});
