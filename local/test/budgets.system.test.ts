import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUDGET, DOLLARS } from "../bench/budget.ts";
import { costOfMillion } from "../bench/cost.ts";
import { type Counts, countFrom, perOrder } from "../bench/count.ts";
import { judge } from "../judge/judge.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

/** How many invocations and SQS calls it takes depends on what happens to come in one batch; the rest may not. */
const budgeted = ({ commandWrites, writeUnits, reads, events, transitions }: Counts) => ({
  commandWrites,
  writeUnits,
  reads,
  events,
  transitions,
});

const lines = [
  { productId: "prd_collar", quantity: 1 },
  { productId: "prd_hay", quantity: 2 },
];

describe("what an order of two lines costs", () => {
  let shop: VirtualShop;
  let read: () => Counts;
  beforeAll(async () => {
    shop = await virtualShop();
    read = countFrom(shop.local);
  });
  afterAll(() => shop?.local.stop());

  const cost = async (orders: number): Promise<Counts> => {
    const before = read();
    for (let i = 0; i < orders; i++) expect((await shop.place({ lines })).status).toBe(202);
    await shop.settle();
    return perOrder(before, read(), orders);
  };

  it("stays within each budget, and does not grow with the number of orders", async () => {
    const first = await cost(1);
    for (const [name, most] of Object.entries(BUDGET))
      expect(first[name as keyof Counts], name).toBeLessThanOrEqual(most);
    const dollars = costOfMillion(first).reduce((sum, [, part]) => sum + part, 0);
    expect(dollars).toBeLessThanOrEqual(DOLLARS);
    await cost(20);
    expect(budgeted(await cost(1))).toEqual(budgeted(first));
    expect(judge(await shop.books())).toEqual([]);
  });
});
