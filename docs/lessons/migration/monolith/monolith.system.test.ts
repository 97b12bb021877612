import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { spoil } from "../../../../local/spoil.ts";
import { type VirtualShop, virtualShop } from "../../../../local/virtual-shop.ts";
import { type Beside, beside } from "../beside-shop.ts";
import { type Monolith, open } from "./app.ts";
import type { Offer } from "./products.ts";

const [IGUANA, LAMP] = ["prd_iguana", "prd_basking-lamp"];

let shop: VirtualShop;
beforeEach(async () => {
  shop?.local.stop();
  shop = await virtualShop();
});
afterAll(() => shop?.local.stop());

const story = (happens: (world: Beside<Monolith>) => Promise<void>) => beside(shop, open, happens);

const available = async ({ monolith }: Beside<Monolith>, productId: string) => {
  const answer = await monolith.request("/products");
  const { items } = (await answer.json()) as { items: Offer[] };
  return items.find((one) => one.productId === productId)?.available;
};

describe("the monolith", () => {
  it("takes an order, charges it, lists it and tells its customer", () =>
    story(async (world) => {
      const { status, body } = await shop.drive(world.order("alice", LAMP));
      expect(status).toBe(201);
      expect(await world.list("alice")).toEqual([body]);
      expect(await world.list("bob")).toEqual([]);
      expect(world.company.taken).toMatchObject([{ orderId: body.orderId, amount: 3_490 }]);
      expect(await available(world, LAMP)).toBe(19);
      expect(world.toldTo()).toEqual(["alice"]);
    }));

  it("takes all of an order back where a card is declined, and sells the last one once", () =>
    story(async (world) => {
      const declined = await shop.drive(world.order("bob", IGUANA, { token: "tok_decline" }));
      expect(declined.status).toBe(402);
      const both = ["alice", "bob"].map((as) => world.order(as, IGUANA));
      const answers = await shop.drive(Promise.all(both));
      expect(answers.map(({ status }) => status)).toEqual([201, 409]);
      expect(world.company.taken).toHaveLength(1);
    }));

  it("answers a request that comes again with the same order, and refuses what is none", () =>
    story(async ({ monolith, order, company }) => {
      const [first, again] = [
        await shop.drive(order("alice", LAMP, { key: "one" })),
        await shop.drive(order("alice", LAMP, { key: "one" })),
      ];
      expect(again).toEqual(first);
      expect(company.taken).toHaveLength(1);
      expect((await shop.drive(order("alice", "prd_dragon"))).status).toBe(422);
      expect((await monolith.request("/orders")).status).toBe(401);
    }));
});

describe("the defects that the monolith has", () => {
  it("Alice is charged for an order that there is not: the card company's answer got lost within the transaction", () =>
    story(async (world) => {
      world.company.answersLost = 1;
      const { status } = await shop.drive(world.order("alice", LAMP));
      expect(status).toBe(500);
      expect(world.company.taken).toHaveLength(1);
      expect(await world.list("alice")).toEqual([]);
      expect(await available(world, LAMP)).toBe(20);
    }));

  it("Alice has paid and never gets an e-mail: the mail server was away for a moment after the commit", () =>
    story(async (world) => {
      spoil(shop.local, ({ service }) => service === "ses", "is lost", 1);
      const first = await shop.drive(world.order("alice", LAMP, { key: "one" }));
      expect(first.status).toBe(500);
      const again = await shop.drive(world.order("alice", LAMP, { key: "one" }));
      expect(again.status).toBe(201);
      await world.settle();
      expect(world.company.taken).toHaveLength(1);
      expect(world.toldTo()).toEqual([]);
    }));

  it("Bob waits for Alice's bank, for another product: it thinks for twenty seconds within the transaction", () =>
    story(async ({ order }) => {
      const began = shop.clock.now();
      const alices = order("alice", IGUANA, { token: "tok_late" });
      await shop.clock.advance(1_000);
      const bobs = await shop.drive(order("bob", LAMP));
      expect(bobs.status).toBe(201);
      expect(shop.clock.now() - began).toBeGreaterThanOrEqual(20_000);
      expect((await alices).status).toBe(201);
    }));
});
