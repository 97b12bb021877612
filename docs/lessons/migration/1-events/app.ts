import { answersOf, appOf, atFirst, type Monolith } from "../monolith/app.ts";
import { openDatabase } from "../monolith/database.ts";
import type { Around, Parts } from "../monolith/shop.ts";
import type { AroundBoth } from "./new-shop.ts";
import { OUTBOX, relay, tell } from "./outbox.ts";

/** What the monolith does now: it says what happened, and sends no e-mail any more. */
export const telling = (around: Around): Parts => ({
  ...atFirst(around),
  inside: tell,
  after: async () => {},
});

/** Opens the monolith with the first step done: it publishes integration events. */
export const open = (around: AroundBoth): Monolith => {
  const database = openDatabase(around.file, OUTBOX);
  return {
    database,
    request: appOf(around, answersOf(around, database, telling(around))),
    work: () => relay(database, around.newShop.publish),
    close: database.close,
  };
};
