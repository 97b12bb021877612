import type { Shop } from "../shop.ts";
import type { Entry, TraceSource } from "./seen.ts";

/** So many facts are kept. */
const MOST = 20_000;

/** A trace of the facts that a cloud tells, without causes: for a cloud that keeps no trace. */
export const traceOfFacts = ({ cloud }: Shop): TraceSource => {
  const entries: Entry[] = [];
  const listeners = new Set<(entry: Entry) => unknown>();
  let last = 0;
  cloud.observe((fact) => {
    last += 1;
    const entry: Entry = { ...fact, seq: last, at: cloud.clock.now(), cause: undefined };
    entries.push(entry);
    if (entries.length > MOST * 1.2) entries.splice(0, entries.length - MOST);
    for (const listener of listeners) listener(entry);
  });
  const first = () => entries[0]?.seq ?? 0;
  return {
    entries: (after, most) => {
      const from = Math.max(0, after + 1 - first());
      return entries.slice(from, from + most);
    },
    get: (seq) => entries[seq - first()],
    get first() {
      return first();
    },
    get last() {
      return last;
    },
    epoch: 1,
    hear(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};
