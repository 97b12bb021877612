import { causesOf, type Entry } from "./entry.ts";

/** Some entries, by what ends them and what they caused. */
export type Family = {
  /** In their order. */
  entries: readonly Entry[];
  get: (seq: number | undefined) => Entry | undefined;
  /** What ends an entry, if it has ended. */
  endOf: (entry: Entry) => Entry | undefined;
  /** What an entry caused directly, itself among several perhaps. */
  effectsOf: (entry: Entry) => Entry[];
  /** The nearest entry of some kind up the chain of first causes. */
  above: (entry: Entry, isIt: (entry: Entry) => boolean) => Entry | undefined;
};

/** Sorts entries, and ties those together that belong together. */
export const familyOf = (some: readonly Entry[]): Family => {
  const entries = [...some].sort((a, b) => a.seq - b.seq);
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  const ends = new Map<number, Entry>();
  const effects = new Map<number, Entry[]>();
  for (const entry of entries) {
    if (entry.of !== undefined) ends.set(entry.of, entry);
    else
      for (const cause of causesOf(entry)) {
        const others = effects.get(cause);
        if (others) others.push(entry);
        else effects.set(cause, [entry]);
      }
  }
  const get = (seq: number | undefined) => (seq === undefined ? undefined : bySeq.get(seq));
  return {
    entries,
    get,
    endOf: ({ seq }) => ends.get(seq),
    effectsOf: ({ seq }) => effects.get(seq) ?? [],
    above(entry, isIt) {
      for (let one = get(entry.cause); one; one = get(one.cause)) if (isIt(one)) return one;
      return undefined;
    },
  };
};

/** The same without what customers read of the order meanwhile: to look changes nothing. */
export const withoutLooks = (entries: readonly Entry[]): Entry[] => {
  const left = new Set<number>();
  const isLook = (entry: Entry) =>
    entry.kind === "api.request" && (entry.method === "GET" || entry.method === "HEAD");
  return [...entries]
    .sort((a, b) => a.seq - b.seq)
    .filter((entry) => {
      const from = entry.of === undefined ? causesOf(entry) : [entry.of];
      const looks = isLook(entry) || (from.length > 0 && from.every((seq) => left.has(seq)));
      if (looks) left.add(entry.seq);
      return !looks;
    });
};
