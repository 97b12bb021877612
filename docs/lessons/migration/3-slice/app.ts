import type { AroundBoth } from "../1-events/new-shop.ts";
import * as before from "../2-read-model/app.ts";
import type { Parts } from "../monolith/shop.ts";
import { COUNTED, moveBack, moveStock } from "./move-stock.ts";
import { offersOf } from "./offers.ts";
import { commitSold, fromWhereItIs, TO_COMMIT } from "./stock.ts";

/** The monolith, and what is done to move its stock. */
export type WithSlice = before.WithReadModel & {
  moveStock: () => Promise<void>;
  moveBack: () => Promise<void>;
};

/** Opens the monolith with the third step done: its stock can be the inventory's. */
export const open = (around: AroundBoth, later: before.Later = {}): WithSlice => {
  const { newShop } = around;
  const stock = fromWhereItIs(newShop);
  const parts = (given: Parts): Parts => ({
    ...given,
    ...stock,
    inside(sql, order) {
      given.inside(sql, order);
      stock.inside(sql, order);
    },
  });
  const monolith = before.open(around, {
    ...later,
    tables: TO_COMMIT + COUNTED,
    parts: (given) => later.parts?.(parts(given)) ?? parts(given),
    answers: (given, own) => ({
      products: offersOf(own, newShop),
      ...later.answers?.(given, own),
    }),
  });
  const { database } = monolith;
  return {
    ...monolith,
    async work() {
      try {
        await monolith.work();
      } finally {
        await commitSold(database, newShop);
      }
    },
    moveStock: () => moveStock(database, newShop),
    moveBack: () => moveBack(database, newShop),
  };
};
