/** One thing that passed the emulator, as its trace has it. Fields beside these are those of its kind. */
export type Entry = {
  seq: number;
  /** Virtual milliseconds since 1970. */
  at: number;
  kind: string;
  /** The entry that caused it; undefined for what comes from outside. */
  cause: number | undefined;
  /** All that caused it, where a batch merges causes; `cause` is the first. */
  causes?: number[];
  /** The entry that it ends: an answer its call, an end its beginning. */
  of?: number;
  // biome-ignore lint/suspicious/noExplicitAny: as many shapes as there are kinds
  [field: string]: any;
};

/** What caused an entry directly: one, all of a batch, or nothing. */
export const causesOf = ({ cause, causes }: Entry): number[] => {
  if (causes && causes.length > 0) return causes;
  return cause === undefined ? [] : [cause];
};
