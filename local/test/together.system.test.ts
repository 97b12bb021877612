import type { Gate } from "emulator/kernel/cloud";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const lines = ["prd_hay", "prd_collar", "prd_goldfish"].map((productId) => ({
  productId,
  quantity: 1,
}));
/** DynamoDB answers with one item of each batch, and hands back the keys of the others. */
const oneByOne: Gate = async (call, next) => {
  const [[table, { Keys, ...how }]] = Object.entries(call.input.RequestItems) as [
    [string, { Keys: object[] }],
  ];
  const answer = (await next({
    ...call,
    input: { RequestItems: { [table]: { ...how, Keys: Keys.slice(0, 1) } } },
  })) as object;
  const rest = Keys.slice(1);
  return { ...answer, UnprocessedKeys: rest.length > 0 ? { [table]: { ...how, Keys: rest } } : {} };
};
const nothing: Gate = async ({ input }) => ({ Responses: {}, UnprocessedKeys: input.RequestItems });

describe("F68 DynamoDB, which does only a part of a batch,", () => {
  it("is asked for the rest: orders are priced and served, and lists are whole", async () => {
    const { spoilt } = spoil(shop.local, ({ operation }) => operation === "BatchGetItem", oneByOne);
    const placed = await shop.place({ lines });
    expect(placed.status).toBe(202);
    await shop.order();
    await shop.settle();
    const list = await shop.drive(shop.local.api({ path: "/orders", as: "alice" }));
    expect(list.json()).toMatchObject({ items: [{}, {}] });
    expect((list.json() as { items: { status: string }[] }).items.map((one) => one.status)).toEqual(
      ["CONFIRMED", "CONFIRMED"],
    );
    expect(spoilt.length).toBeGreaterThan(6);
    expect(await shop.broken()).toEqual([]);
  });

  it.each([
    ["OrdersApi", () => shop.place({ lines })],
    ["ReadSideApi", () => shop.drive(shop.local.api({ path: "/orders", as: "alice" }))],
    [
      "InventoryApi",
      () =>
        shop.drive(
          shop.local.api({
            method: "POST",
            path: "/stock/receipts",
            as: "admin",
            headers: { "idempotency-key": "never" },
            body: { lines },
          }),
        ),
    ],
  ])(
    "is asked seven times, with pauses, when it does nothing; then %s says 503",
    async (name, ask) => {
      await shop.order();
      await shop.settle();
      const { spoilt, stop } = spoil(
        shop.local,
        (call) => by(name)(call) && call.operation === "BatchGetItem",
        nothing,
      );
      const before = shop.clock.now();
      const answer = await ask();
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(spoilt).toHaveLength(7);
      expect(shop.clock.now() - before).toBeGreaterThan(300);
      expect(shop.clock.now() - before).toBeLessThan(8_000);
      stop();
      expect((await ask()).status).toBeLessThan(300);
    },
  );
});
