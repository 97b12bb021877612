import type { Entry as Traced } from "emulator/kernel/trace";

/** An entry of the emulator's trace, whose fields are read by its kind. */
export type Entry = Traced & {
  // biome-ignore lint/suspicious/noExplicitAny: as many shapes as there are kinds
  readonly [field: string]: any;
};

/** What caused an entry directly: one, all of a batch, or nothing. */
export const causesOf = ({ cause, causes }: Entry): readonly number[] => {
  if (causes && causes.length > 0) return causes;
  return cause === undefined ? [] : [cause];
};
