import { DatabaseSync } from "node:sqlite";

/** All that the shop knows, in one place. */
const TABLES = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS products (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, price INTEGER NOT NULL,
    available INTEGER NOT NULL CHECK (available >= 0)
  );
  CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, customer TEXT NOT NULL, request TEXT NOT NULL, total INTEGER NOT NULL,
    placed_at TEXT NOT NULL, UNIQUE (customer, request)
  );
  CREATE TABLE IF NOT EXISTS order_lines (
    order_id TEXT NOT NULL REFERENCES orders (id), product TEXT NOT NULL, name TEXT NOT NULL,
    quantity INTEGER NOT NULL, unit_price INTEGER NOT NULL, PRIMARY KEY (order_id, product)
  );
`;

/** The shop's one database. */
export type Database = {
  /** For what is only read: it sees what was committed. */
  reader: DatabaseSync;
  /** Writes all that `work` writes, or nothing. There is one writer at a time: whoever comes meanwhile waits. */
  transaction: <Value>(work: (sql: DatabaseSync) => Value | Promise<Value>) => Promise<Value>;
  close: () => void;
};

/** Opens the database in a file, and makes the tables that are not there yet: the shop's own, and `more`. */
export const openDatabase = (file: string, more = ""): Database => {
  const writer = new DatabaseSync(file);
  writer.exec(TABLES + more);
  const reader = new DatabaseSync(file, { readOnly: true });
  let last: Promise<unknown> = Promise.resolve();
  return {
    reader,
    transaction(work) {
      const mine = last.then(async () => {
        writer.exec("BEGIN IMMEDIATE");
        try {
          const value = await work(writer);
          writer.exec("COMMIT");
          return value;
        } catch (error) {
          writer.exec("ROLLBACK");
          throw error;
        }
      });
      last = mine.catch(() => {});
      return mine;
    },
    close() {
      reader.close();
      writer.close();
    },
  };
};
