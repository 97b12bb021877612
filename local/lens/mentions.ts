import type { Entry } from "./entry.ts";

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
/** What is deeper than this in a body is not looked at. */
const DEEPEST = 24;

/** Ids of orders, and of their payments, which are named after them, in a text. Texts are many and long: no expression runs over them. */
const scan = (text: string, prefix: string, found: Set<string>): void => {
  for (let at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, at + prefix.length)) {
    const ulid = text.slice(at + 4, at + 30);
    const id = `ord_${ulid}`;
    if (!found.has(id) && ULID.test(ulid)) found.add(id);
  }
};

const collect = (value: unknown, found: Set<string>, depth: number): void => {
  if (typeof value === "string") {
    if (value.length < 30) return;
    scan(value, "ord_", found);
    scan(value, "pay_", found);
  } else if (typeof value === "object" && value !== null && depth < DEEPEST) {
    if (ArrayBuffer.isView(value)) return;
    if (Array.isArray(value)) for (const part of value) collect(part, found, depth + 1);
    else
      for (const name in value) {
        if (name.length >= 30) collect(name, found, depth + 1);
        collect((value as Record<string, unknown>)[name], found, depth + 1);
      }
  }
};

/** The ids of all orders that something mentions. */
const idsIn = (value: unknown): Set<string> => {
  const found = new Set<string>();
  collect(value, found, 0);
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
  return idsIn(entry);
};
