import { createHash } from "node:crypto";
import { type Change, compare } from "../lens/difference.ts";

/** A row of a table as plain values. */
export type Plain = Record<string, unknown>;

const ordered = (_: string, value: unknown): unknown => {
  if (value instanceof Set) return [...value].sort();
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
};

/** A value as JSON that is the same for the same value: members sorted by name, a set as a sorted list. */
export const canonical = (value: unknown): string => JSON.stringify(value, ordered);

/** What rows say, each by its key, and the SHA-256 of it all. */
export type Said = { rows: Map<string, Plain>; hash: string };

/** Puts together what rows say, whatever order they come in. */
export const saidBy = (rows: Iterable<readonly [key: string, says: Plain]>): Said => {
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const hash = createHash("sha256");
  for (const [key, says] of sorted) hash.update(`${key}\n${canonical(says)}\n`);
  return { rows: new Map(sorted), hash: hash.digest("hex") };
};

/** A row that says something else than before. */
export type Differing = { key: string; how: "is gone" | "is new" | "differs"; changes: Change[] };

/** The rows that say something else afterwards, by their keys. */
export const differing = (before: Said, after: Said): Differing[] =>
  [...new Set([...before.rows.keys(), ...after.rows.keys()])].sort().flatMap((key) => {
    const [was, is] = [before.rows.get(key), after.rows.get(key)];
    if (was && is && canonical(was) === canonical(is)) return [];
    const how = was ? (is ? "differs" : "is gone") : "is new";
    return [{ key, how, changes: was && is ? compare(was, is) : [] }];
  });
