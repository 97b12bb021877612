import type { Product } from "@petstore/events/inventory";
import type { Call } from "emulator/kernel/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { by, hear, isWrite, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const most = Number.MAX_SAFE_INTEGER;

let shop: VirtualShop;
let writes: Call[];
beforeAll(async () => {
  shop = await virtualShop();
  writes = hear(shop.local, (call) => isWrite(call) && by("OrdersApi")(call));
});
afterAll(() => shop?.local.stop());

/** Lists a product at this price, with some of it on the shelf. */
const list = async (name: string, price: Product["price"]) => {
  const productId = `prd_${name}`;
  const product = { productId, name, description: "", kind: "supplies", price };
  const answer = await shop.drive(shop.local.invoke("ListProduct", product));
  await shop.clock.advance(5_000);
  return answer as { ok: boolean };
};
const stock = async (...names: string[]) => {
  const lines = names.map((name) => ({ productId: `prd_${name}`, quantity: 50 }));
  const headers = { "idempotency-key": `stock-${names}`.replaceAll(",", "-") };
  const request = {
    method: "POST",
    path: "/stock/receipts",
    as: "admin",
    headers,
    body: { lines },
  };
  expect((await shop.drive(shop.local.api(request))).status).toBe(201);
};
const place = (...products: [name: string, quantity: number][]) =>
  shop.place({
    lines: products.map(([name, quantity]) => ({ productId: `prd_${name}`, quantity })),
  });

describe("F10 an order whose prices make no sum that can be paid", () => {
  beforeAll(async () => {
    await list("baguette", { amount: 120, currency: "EUR" });
    await list("yacht", { amount: most, currency: "USD" });
    await list("water", { amount: 1, currency: "USD" });
    await stock("baguette", "yacht", "water");
    // From a time when anything could be listed.
    await shop.local.call("dynamodb", "UpdateItem", {
      TableName: shop.local.nameOf("OrdersTable"),
      Key: { pk: { S: "PRICE#prd_water" }, sk: { S: "PRICE" } },
      UpdateExpression: "SET price.amount = :none",
      ExpressionAttributeValues: { ":none": { N: "0" } },
    });
  });

  it.each<[string, [string, number][], string]>([
    [
      "two currencies",
      [
        ["baguette", 1],
        ["hay", 1],
      ],
      "mixed-currencies",
    ],
    ["more than can be counted", [["yacht", 2]], "sum-too-large"],
    [
      "more together than can be counted",
      [
        ["yacht", 1],
        ["hay", 1],
      ],
      "sum-too-large",
    ],
    ["nothing to pay", [["water", 3]], "nothing-to-pay"],
  ])(
    "(%s) is refused at once with one sentence, and nothing is written",
    async (_, lines, type) => {
      const before = writes.length;
      const answer = await place(...lines);
      expect([answer.status, answer.json()]).toMatchObject([
        422,
        { type: `/problems/${type}`, detail: expect.stringMatching(/^[A-Z][^.]+\.$/) },
      ]);
      expect(writes.slice(before)).toEqual([]);
    },
  );
});

it("a product that costs nothing is not listed", async () => {
  expect(await list("air", { amount: 0, currency: "USD" })).toMatchObject({
    ok: false,
    refusal: { code: "NoPrice" },
  });
  expect((await shop.drive(shop.local.api({ path: "/products/prd_air" }))).status).toBe(404);
});

it("a newer price stays when an older listing comes after it", async () => {
  await list("moss", { amount: 100, currency: "USD" });
  let tell = () => {};
  const stop = shop.local.cloud.guard(async (call, next) => {
    if (
      call.caller.name === "rule petstore-local-Prices" &&
      /"amount":200/.test(call.input.MessageBody)
    )
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
    return next(call);
  });
  await list("moss", { amount: 200, currency: "USD" });
  await list("moss", { amount: 300, currency: "USD" });
  tell();
  stop();
  await shop.clock.advance(5_000);
  await stock("moss");
  const { orderId } = (await place(["moss", 1])).json() as { orderId: string };
  expect(await shop.read(orderId)).toMatchObject({ total: { amount: 300 } });
});

it("sales are reported by currency, on however many pages a day's are", async () => {
  const { stop } = spoil(
    shop.local,
    ({ operation, input }) =>
      operation === "Query" && /^SALES#/.test(input.ExpressionAttributeValues?.[":pk"]?.S),
    (call, next) => next({ ...call, input: { ...call.input, Limit: 1 } }),
  );
  await list("croissant", { amount: 150, currency: "EUR" });
  await stock("croissant");
  await shop.settle();
  const report = async () =>
    (await shop.drive(shop.local.api({ path: "/reports/daily-sales", as: "admin" }))).json() as {
      money: { currency: string; sold: number }[];
    };
  const before = (await report()).money.find(({ currency }) => currency === "USD")?.sold ?? 0;
  expect((await place(["croissant", 2])).status).toBe(202);
  const { orderId } = (await place(["croissant", 1])).json() as { orderId: string };
  await shop.order();
  await shop.settle();
  await shop.cancel(orderId);
  await shop.settle();
  expect((await report()).money).toEqual([
    { currency: "EUR", sold: 450, refunded: 150, net: 300 },
    { currency: "USD", sold: before + 499, refunded: 0, net: before + 499 },
  ]);
  stop();
  expect(await shop.broken()).toEqual([]);
});
