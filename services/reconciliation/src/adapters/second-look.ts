import { hasTime, type TimeLeft } from "@petstore/core/time-left";
import { compare } from "../domain/compare.ts";
import { countIn, notAddingUp, nothingCounted, stoodStill } from "../domain/stock-sum.ts";
import * as books from "./statements.ts";

/** What is wrong about one order now, its provider asked whatever its age. */
export const orderDiffers = async (orderId: string) => {
  const [[order], [payment], [reservation]] = await Promise.all([
    books.ordersNow([orderId]),
    books.paymentsNow([orderId], [orderId]),
    books.reservationsNow([orderId]),
  ]);
  if (!payment) throw new Error(`Nothing was said of the payment of ${orderId}`);
  return { order, found: compare({ order, payment, reservation }) };
};

/** Which of these products' stock does not add up, and which moved while all was counted, so that nobody knows. Undefined without the time to count. */
export const stockDiffers = async (productIds: readonly string[], time: TimeLeft) => {
  const before = await books.stockNow(productIds);
  let count = nothingCounted();
  let after: string | null = null;
  do {
    if (!hasTime(time)) return undefined;
    const page: Awaited<ReturnType<typeof books.pageOfStock>> = await books.pageOfStock(after);
    count = countIn(count, page);
    after = page.next;
  } while (after);
  const now = new Map((await books.stockNow(productIds)).map((one) => [one.productId, one]));
  const wrong = new Set(notAddingUp(count));
  const still = before.filter((one) => stoodStill(one, now.get(one.productId)));
  return {
    wrong: still.map(({ productId }) => productId).filter((id) => wrong.has(id)),
    moved: before.filter((one) => !still.includes(one)).map(({ productId }) => productId),
  };
};
