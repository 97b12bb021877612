import type { Entry } from "./entry.ts";

/** An order's id, or that of its payment, which is named after it, wherever it stands. */
const ID = /\b(?:ord|pay)_([0-9A-HJKMNP-TV-Z]{26})/g;
const mayHold = (text: string) => text.includes("ord_") || text.includes("pay_");
/** What is deeper than this in a body is not looked at. */
const DEEPEST = 24;

const collect = (value: unknown, found: Set<string>, depth = 0): void => {
  if (typeof value === "string") {
    if (mayHold(value)) for (const [, id] of value.matchAll(ID)) found.add(`ord_${id}`);
  } else if (typeof value === "object" && value !== null && depth < DEEPEST) {
    if (ArrayBuffer.isView(value)) return;
    for (const [name, part] of Object.entries(value)) {
      if (mayHold(name)) collect(name, found, depth + 1);
      collect(part, found, depth + 1);
    }
  }
};

/** The ids of all orders that something mentions. */
export const idsIn = (value: unknown): Set<string> => {
  const found = new Set<string>();
  collect(value, found);
  return found;
};

/** Ids that only one of two versions has: a row of many orders is written for the one that comes or goes. */
const changed = (before: unknown, after: unknown): Set<string> => {
  const [old, fresh] = [idsIn(before), idsIn(after)];
  return new Set([...old, ...fresh].filter((id) => !old.has(id) || !fresh.has(id)));
};

/** What ends something belongs to whom that belongs; what it answers may be a page of many orders. */
const ENDS = new Set(["answer", "invocation-ended", "api.response", "url.response", "log"]);
const NONE: ReadonlySet<string> = new Set();

/** The orders that an entry itself names: in keys, details, names of executions, bodies. */
export const mentionsOf = (entry: Entry): ReadonlySet<string> => {
  if (ENDS.has(entry.kind)) return NONE;
  if (entry.kind === "item") {
    const inKey = idsIn(entry.key);
    return inKey.size > 0 ? inKey : changed(entry.before, entry.after);
  }
  const { seq: _, at: __, cause: ___, causes: ____, ...fields } = entry;
  return idsIn(fields);
};
