import type { NewShop } from "../1-events/new-shop.ts";
import { set } from "../2-read-model/settings.ts";
import { ownerOf } from "../3-slice/stock.ts";
import type { Database } from "../monolith/database.ts";
import { type Placer, placerOf } from "./front.ts";

const LEFT = "SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM to_commit) AS left";

/** How much the monolith still owes: events that are not told, and stock that is not marked as sold. */
export const leftIn = ({ reader }: Database): number => Number(reader.prepare(LEFT).get()?.left);

/** How often it is worked off at once. What is left then needs time, or a person. */
const ROUNDS = 5;

/**
 * Hands the placing of orders over to the saga. It waits for the order that is under way, works off what the monolith owes,
 * and only then lets sagas begin: an OrderPlaced of before is none of theirs. Begun again after it was interrupted, it goes
 * on. Throws where something is still owed, and while the stock is not the inventory's, where the saga reserves it.
 */
export const handOver = async (
  database: Database,
  newShop: NewShop,
  work: () => Promise<void>,
): Promise<void> => {
  const placedBy = (placer: Placer) => database.transaction((sql) => set(sql, "orders", placer));
  if (placerOf(database.reader) === "saga") return;
  if (ownerOf(database.reader) !== "inventory") throw new Error("Move the stock first.");
  await placedBy("nobody");
  for (let round = 1; round <= ROUNDS && leftIn(database) > 0; round++) await work();
  const left = leftIn(database);
  if (left > 0) throw new Error(`The monolith still owes ${left}: hand over again, or take back.`);
  await newShop.letSagasBegin(true);
  await placedBy("saga");
};

/** Takes the placing of orders back. What the saga has begun it ends. */
export const takeBack = async (database: Database, newShop: NewShop): Promise<void> => {
  await newShop.letSagasBegin(false);
  await database.transaction((sql) => set(sql, "orders", "monolith"));
};
