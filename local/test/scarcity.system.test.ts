import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judge } from "../judge/judge.ts";
import { by, slowDown, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const MINUTE = 60_000;

let shop: VirtualShop;
let keys = 0;
beforeEach(async () => {
  shop = await virtualShop();
  slowDown(shop.local, 50);
});
afterEach(() => shop?.local.stop());

const want = (...lines: [product: string, quantity: number][]) =>
  lines.map(([product, quantity]) => ({ productId: `prd_${product}`, quantity }));
type Wish = { as?: string; lines: object[]; paymentToken?: string };
/** Places orders at the same moment. Answers their ids. */
const placeAll = async (wishes: Wish[]) => {
  const answers = await shop.drive(
    Promise.all(
      wishes.map(({ as = "alice", paymentToken = "tok_approve", lines }) =>
        shop.local.api({
          method: "POST",
          path: "/orders",
          as,
          headers: { "idempotency-key": `key-${++keys}` },
          body: { lines, paymentToken },
        }),
      ),
    ),
  );
  return answers.map((answer) => (answer.json() as { orderId: string }).orderId);
};
const place = async (wish: Wish) => (await placeAll([wish]))[0] as string;
const statusOf = async (orderId: string, as = "alice") => (await shop.read(orderId, as)).status;
const broken = async () => judge(await shop.books()).map(({ what }) => what);
const stockOf = async (product: string) =>
  (await shop.books()).stock.find(({ productId }) => productId === `prd_${product}`);
const stock = (path: "receipts" | "adjustments", body: object) =>
  shop.drive(
    shop.local.api({
      method: "POST",
      path: `/stock/${path}`,
      as: "admin",
      headers: { "idempotency-key": `key-${++keys}` },
      body,
    }),
  );
const cancel = (orderId: string) =>
  shop.drive(shop.local.api({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" }));

describe("F35 I2 the last animal", () => {
  it.each([2, 10])(
    "is sold to one of %i customers who want it at the same moment",
    async (count) => {
      const wish = (_: unknown, i: number) => ({
        as: ["alice", "bob", "carol"][i % 3] as string,
        lines: want(["parrot", 1]),
      });
      const wishes = Array.from({ length: count }, wish);
      const ids = await placeAll(wishes);
      await shop.settle();
      const statuses = await Promise.all(ids.map((id, i) => statusOf(id, wishes[i]?.as)));
      expect(statuses.sort()).toEqual(["CONFIRMED", ...Array(count - 1).fill("REJECTED")]);
      expect(await broken()).toEqual([]);
    },
  );

  it("is sold to nobody twice: each comes back when its buyer's bank declines, and the next may have it", async () => {
    const first = await place({ lines: want(["parrot", 1]), paymentToken: "tok_decline" });
    await shop.settle();
    const second = await place({ lines: want(["parrot", 1]) });
    await shop.settle();
    expect([await statusOf(first), await statusOf(second)]).toEqual(["REJECTED", "CONFIRMED"]);
    expect(await broken()).toEqual([]);
  });
});

it("F36 an order of which one line is short holds nothing of the others", async () => {
  const id = await place({ lines: want(["collar", 5], ["hay", 3], ["parrot", 2]) });
  await shop.settle();
  expect(await shop.read(id)).toMatchObject({ status: "REJECTED", reason: { code: "OutOfStock" } });
  expect((await stockOf("collar"))?.available).toBe(500);
  expect((await stockOf("hay"))?.available).toBe(400);
  expect(await broken()).toEqual([]);
});

it("F44 forty customers who want one of twenty-five cages at once: twenty-five have one", async () => {
  const ids = await placeAll(
    Array.from({ length: 40 }, () => ({ lines: want(["bird-cage", 1], ["hay", 1]) })),
  );
  await shop.settle();
  const statuses = await Promise.all(ids.map((id) => statusOf(id)));
  expect(statuses.filter((status) => status === "CONFIRMED")).toHaveLength(25);
  expect(statuses.filter((status) => status === "REJECTED")).toHaveLength(15);
  expect(await broken()).toEqual([]);
});

describe("F41 a reservation that expires after its order was confirmed, for the money could not be taken", () => {
  /** An order for the parrot whose payment is captured only when its reservation has expired. */
  const slowOrder = async () => {
    const { stop } = spoil(shop.local, by("CapturePayment"), "is lost");
    const id = await place({ lines: want(["parrot", 1]) });
    await shop.clock.advance(63 * MINUTE);
    expect(await shop.read(id)).toMatchObject({ status: "CONFIRMED", paid: null });
    expect((await stockOf("parrot"))?.available).toBe(1);
    return { id, stop };
  };

  it("is sold after all when nobody else came", async () => {
    const { id, stop } = await slowOrder();
    stop();
    await shop.settle();
    expect(await statusOf(id)).toBe("CONFIRMED");
    expect(await broken()).toEqual([]);
  });

  it("F63 is sold to the other who came, and the first has their money back, and is told why", async () => {
    const { id, stop } = await slowOrder();
    const other = await place({ as: "bob", lines: want(["parrot", 1]) });
    await shop.clock.advance(1_000);
    stop();
    await shop.clock.advance(10 * MINUTE);
    expect(await statusOf(other, "bob")).toBe("CONFIRMED");
    await shop.settle();
    const order = await shop.read(id);
    expect(order).toMatchObject({ status: "CANCELLED", reason: { code: "SoldOut" } });
    expect([order.paid, order.refunded]).toEqual([order.total, order.total]);
    const { payments, reservations } = await shop.books();
    const refunds = [...payments.values()].flat().filter(({ type }) => type === "Refunded");
    expect(refunds.map(({ data }) => data.cause)).toEqual(["failure"]);
    expect(reservations.filter(({ status }) => status === "SOLD")).toHaveLength(1);
    const mail = shop.local.emails().find(({ tags }) => tags?.template === "order-cancelled");
    expect(mail?.text).toContain("It was held for you until it expired, and is sold out now.");
    expect(await broken()).toEqual([]);
  });

  it("is sold to the other who came, and the first has all of it back when they do not want to wait", async () => {
    const { id, stop } = await slowOrder();
    const other = await place({ as: "bob", lines: want(["parrot", 1]) });
    await shop.clock.advance(1_000);
    stop();
    await shop.clock.advance(10 * MINUTE);
    await cancel(id);
    await shop.settle();
    expect(await shop.read(id)).toMatchObject({ status: "CANCELLED" });
    expect(await statusOf(other, "bob")).toBe("CONFIRMED");
    expect(await broken()).toEqual([]);
  });
});

describe("F45 a count that corrects the books while orders are under way", () => {
  it("never takes what is held, and what it adds can be sold", async () => {
    const held = await place({ lines: want(["bird-cage", 20]), paymentToken: "tok_late" });
    await shop.clock.advance(5_000);
    const adjust = (quantity: number) =>
      stock("adjustments", { productId: "prd_bird-cage", quantity, reason: "Counted." });
    expect((await adjust(-6)).status).toBe(409);
    expect((await adjust(-5)).status).toBe(201);
    await shop.clock.advance(1_000);
    expect((await adjust(2)).status).toBe(201);
    const next = await place({ lines: want(["bird-cage", 2]) });
    await shop.clock.advance(1_000);
    const tooLate = await place({ lines: want(["bird-cage", 1]) });
    await shop.settle();
    expect([await statusOf(held), await statusOf(next), await statusOf(tooLate)]).toEqual([
      "CONFIRMED",
      "CONFIRMED",
      "REJECTED",
    ]);
    expect(await stockOf("bird-cage")).toMatchObject({ available: 0, stocked: 22 });
    expect(await broken()).toEqual([]);
  });
});
