import type { AroundBoth } from "../1-events/new-shop.ts";
import * as before from "../3-slice/app.ts";
import { front, unlessElsewhere } from "./front.ts";
import { handOver, leftIn, takeBack } from "./hand-over.ts";

/** The monolith, and what is done to end it. */
export type WithSaga = before.WithSlice & {
  handOver: () => Promise<void>;
  takeBack: () => Promise<void>;
  /** How much it still owes; with nothing left it can be switched off. */
  left: () => number;
};

/** Opens the monolith with the last step done: it is only a front any more, once it has handed over. */
export const open = (around: AroundBoth): WithSaga => {
  const { newShop } = around;
  const monolith = before.open(around, {
    parts: unlessElsewhere,
    answers: ({ place }, database) => ({ place: front(place, database, newShop) }),
  });
  const { database, work } = monolith;
  return {
    ...monolith,
    handOver: () => handOver(database, newShop, work),
    takeBack: () => takeBack(database, newShop),
    left: () => leftIn(database),
  };
};
