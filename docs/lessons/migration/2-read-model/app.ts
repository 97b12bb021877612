import { telling } from "../1-events/app.ts";
import type { AroundBoth } from "../1-events/new-shop.ts";
import { OUTBOX, relay } from "../1-events/outbox.ts";
import { type Answers, answersOf, appOf, type Monolith } from "../monolith/app.ts";
import { type Database, openDatabase } from "../monolith/database.ts";
import type { Parts } from "../monolith/shop.ts";
import { backfill } from "./backfill.ts";
import { type Difference, listFrom, type Source } from "./dark-reads.ts";
import { SETTINGS, set } from "./settings.ts";

/** The monolith, and what is done to move its list of orders. */
export type WithReadModel = Monolith & {
  backfill: () => Promise<void>;
  /** Says where the list of orders comes from; back again, too. */
  listFrom: (source: Source) => Promise<void>;
  /** Where the two lists have differed since it was opened. */
  differences: readonly Difference[];
};

/** What a later step puts into it. */
export type Later = {
  tables?: string;
  parts?: (before: Parts) => Parts;
  answers?: (before: Answers, database: Database) => Partial<Answers>;
};

/** Opens the monolith with the second step done: its list of orders can come from the read model. */
export const open = (
  around: AroundBoth,
  { tables = "", parts = (before) => before, answers = () => ({}) }: Later = {},
): WithReadModel => {
  const { newShop } = around;
  const database = openDatabase(around.file, OUTBOX + SETTINGS + tables);
  const differences: Difference[] = [];
  const before: Answers = {
    ...answersOf(around, database, parts(telling(around))),
    list: listFrom(database, newShop, (one) => differences.push(one)),
  };
  return {
    database,
    request: appOf(around, { ...before, ...answers(before, database) }),
    work: () => relay(database, newShop.publish),
    close: database.close,
    backfill: () => backfill(database, newShop),
    listFrom: (source) => database.transaction((sql) => set(sql, "list", source)),
    differences,
  };
};
