import type { Call } from "emulator/kernel/engine";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { by, isWrite, spoil } from "../../../local/spoil.ts";
import { type VirtualShop, virtualShop } from "../../../local/virtual-shop.ts";
import * as events from "./1-events/app.ts";
import * as readModel from "./2-read-model/app.ts";
import * as slice from "./3-slice/app.ts";
import * as saga from "./4-saga/app.ts";
import { beside } from "./beside-shop.ts";
import * as first from "./monolith/app.ts";
import { allProducts } from "./monolith/products.ts";

const [IGUANA, LAMP] = ["prd_iguana", "prd_basking-lamp"];

let shop: VirtualShop;
beforeEach(async () => {
  shop?.local.stop();
  shop = await virtualShop();
});
afterAll(() => shop?.local.stop());

const onShelf = ({ database }: first.Monolith, productId: string) =>
  allProducts(database.reader).find((one) => one.productId === productId)?.available;

describe("the way back of every step", () => {
  it("1: the monolith of before takes orders on the database of now, and what was not told is told later", () =>
    beside(shop, events.open, async (world) => {
      await shop.drive(world.order("alice", LAMP));
      const back = world.deploy(first.open);
      await shop.drive(back.order("bob", LAMP));
      expect(world.toldTo()).toEqual(["bob"]);
      await back.deploy(events.open).settle();
      expect(world.toldTo()).toEqual(["bob", "alice"]);
    }));

  it("2: the list comes from the database again, also where the read model cannot be asked", () =>
    beside(shop, readModel.open, async (world) => {
      const { monolith, list, order } = world;
      await shop.drive(order("alice", LAMP));
      await world.settle();
      await monolith.listFrom("view");
      const { stop } = spoil(shop.local, ({ operation }) => operation === "Query", "is lost");
      expect(await shop.drive(list("alice"))).toBeUndefined();
      await monolith.listFrom("both");
      expect(await shop.drive(list("alice"))).toHaveLength(1);
      expect(monolith.differences).toHaveLength(1);
      stop();
      await monolith.listFrom("database");
      expect(await shop.drive(list("alice"))).toHaveLength(1);
    }));

  it("3: the stock comes back to the last piece, though both moves were interrupted", () =>
    beside(shop, slice.open, async (world) => {
      const { monolith, order, settle } = world;
      const failsAfter = (bookings: number) => {
        let left = bookings;
        const isBooking = (call: Call) => by("InventoryApi")(call) && isWrite(call);
        return spoil(shop.local, (call) => isBooking(call) && left-- <= 0, "is lost").stop;
      };
      await shop.drive(order("alice", LAMP));
      let mended = failsAfter(0);
      await expect(shop.drive(monolith.moveStock())).rejects.toThrow();
      mended();
      await shop.drive(monolith.moveStock());
      await shop.drive(monolith.moveStock());
      await settle();
      expect((await shop.drive(order("carol", LAMP))).status).toBe(201);
      const seen = await shop.drive(monolith.request("/products"));
      expect(await seen.json()).toMatchObject({
        items: [
          { productId: LAMP, available: 19 },
          { productId: IGUANA, available: 1 },
        ],
      });
      await expect(shop.drive(monolith.moveBack())).rejects.toThrow(/let the monolith work/);
      await settle();
      mended = failsAfter(1);
      await expect(shop.drive(monolith.moveBack())).rejects.toThrow();
      mended();
      await expect(shop.drive(monolith.moveStock())).rejects.toThrow(/end moveBack first/);
      const meanwhile = await shop.drive(order("bob", LAMP));
      expect(meanwhile).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining("counting") },
      });
      await shop.drive(monolith.moveBack());
      expect([IGUANA, LAMP].map((one) => onShelf(monolith, one))).toEqual([1, 18]);
      expect((await shop.drive(order("bob", LAMP))).status).toBe(201);
      expect(onShelf(monolith, LAMP)).toBe(17);
      const { stock } = await shop.books();
      expect(stock.find(({ productId }) => productId === LAMP)?.available).toBe(0);
    }));

  it("4: the monolith takes orders again, and what the saga has begun it ends", () =>
    beside(shop, saga.open, async (world) => {
      const { monolith, order, settle, list } = world;
      await expect(shop.drive(monolith.handOver())).rejects.toThrow("Move the stock first.");
      await shop.drive(monolith.moveStock());
      await settle();
      await monolith.listFrom("view");
      await shop.drive(monolith.handOver());
      expect((await shop.drive(order("alice", LAMP))).status).toBe(202);
      await shop.drive(monolith.takeBack());
      expect((await shop.drive(order("bob", LAMP))).status).toBe(201);
      await shop.clock.advance(15 * 60_000);
      await settle();
      for (const as of ["alice", "bob"])
        expect(await shop.drive(list(as))).toMatchObject([{ status: "CONFIRMED" }]);
      expect((await shop.books()).deadLetters).toEqual([]);
      expect(world.company.taken).toHaveLength(1);
    }));
});
