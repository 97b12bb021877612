import { expect, it } from "vitest";
import { judge } from "../judge/judge.ts";
import { virtualShop } from "../virtual-shop.ts";

const tokens = ["tok_approve", "tok_late", "tok_twice", "tok_decline", "tok_disorder"];

it.each([1, 2, 3])(
  "breaks no promise where reads lag by a second and functions start cold (seed %i)",
  async (seed) => {
    const shop = await virtualShop({ seed, lags: { reads: 1_000 }, coldStarts: true });
    const orders: string[] = [];
    for (let i = 0; i < 25; i++) {
      const order = {
        lines: [{ productId: i % 4 === 0 ? "prd_parrot" : "prd_hay", quantity: 1 }],
        paymentToken: tokens[i % tokens.length] as string,
        key: `order-${i}`,
      };
      const first = await shop.place(order);
      // At once again, as an impatient client does: the record of the first may not be seen yet.
      const again = await shop.place(order);
      expect([202, 202]).toEqual([first.status, again.status]);
      const { orderId } = first.json() as { orderId: string };
      expect(again.json()).toMatchObject({ orderId });
      orders.push(orderId);
      if (i % 5 === 2)
        await shop.drive(
          shop.local.api({
            method: "POST",
            path: `/orders/${orderId}/cancel`,
            as: "alice",
            headers: { "idempotency-key": `cancel-${i}` },
          }),
        );
      await shop.clock.advance(Math.floor(shop.clock.random() * 800));
    }
    await shop.settle();
    const books = await shop.books();
    expect(judge(books)).toEqual([]);
    expect(books.orders.length).toBe(new Set(orders).size);
  },
);
