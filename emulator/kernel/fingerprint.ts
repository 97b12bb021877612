import { createHash } from "node:crypto";
import type { Entry, Trace } from "./trace.ts";

/** What JSON has no word for, in words. */
const told = (_: string, value: unknown) => {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Error) return { ...value, name: value.name, message: value.message };
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  return value;
};

/** What these refer to is JSON, as it passed or was written: to ask each value in it what it is took half of the time. */
const plain = new Set(["call", "answer", "item"]);

/** An entry of the trace as one line, in which two that differ in anything differ. */
export const lineOf = (entry: Entry): string =>
  plain.has(entry.kind) ? JSON.stringify(entry) : JSON.stringify(entry, told);

/**
 * The SHA-256 of all that a trace has now and is told until it is asked for: two runs with the same one were the same, entry
 * by entry, with every input and answer.
 */
export const fingerprintOf = (trace: Trace): { entries: () => number; end: () => string } => {
  const hash = createHash("sha256");
  let entries = 0;
  const add = (entry: Entry) => {
    entries += 1;
    hash.update(`${lineOf(entry)}\n`);
  };
  for (const entry of trace.entries(0, Number.POSITIVE_INFINITY)) add(entry);
  const stop = trace.hear(add);
  return {
    entries: () => entries,
    end() {
      stop();
      return hash.digest("hex");
    },
  };
};
