import type { DatabaseSync } from "node:sqlite";

/** What can be switched while the monolith runs. It stands in its database, so that a switch can be part of a transaction. */
export const SETTINGS = `
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
`;

/** How something is switched: what it was given last, or what it is from the beginning. */
export const setting = <Value extends string>(
  sql: DatabaseSync,
  name: string,
  first: NoInfer<Value>,
): Value => {
  const row = sql.prepare("SELECT value FROM settings WHERE name = ?").get(name);
  return (row?.value ?? first) as Value;
};

/** Switches something. */
export const set = (sql: DatabaseSync, name: string, value: string): void => {
  sql.prepare("INSERT OR REPLACE INTO settings VALUES (?, ?)").run(name, value);
};
