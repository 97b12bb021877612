import type { Line } from "./types.ts";

/** So many lines are kept. */
const MOST = 20_000;

/** Puts lines to those that are there, whatever order they come in, each once. */
export const addLines = (kept: Line[], fresh: readonly Line[], most = MOST): Line[] => {
  const after = kept.at(-1)?.seq ?? 0;
  const added = fresh.every(({ seq }, i) => seq > (i === 0 ? after : (fresh[i - 1]?.seq ?? 0)));
  if (added) kept.push(...fresh);
  else {
    const bySeq = new Map([...kept, ...fresh].map((line) => [line.seq, line]));
    kept.splice(0, kept.length, ...[...bySeq.values()].sort((a, b) => a.seq - b.seq));
  }
  if (kept.length > most * 1.1) kept.splice(0, kept.length - most);
  return kept;
};
