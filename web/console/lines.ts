import { batch, signal } from "@preact/signals";
import { ask } from "./ask.ts";
import { hear, last, onRestart, skipped } from "./live.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { Line, Lines } from "./types.ts";

/** So many lines are kept. */
const MOST = 20_000;
/** So many one answer has. */
const MOST_TOLD = 2_000;

/** The newest lines of the trace, the oldest first. Changed in place; `version` says when. */
export const lines: Line[] = [];
/** Goes up with every line, reset or rewind: whoever reads `lines` reads this. */
export const version = signal(0);

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

let epoch = 0;
/** The last entry that was read here. */
let seen = 0;
let isCaughtUp = false;

const forget = () => {
  lines.length = 0;
  seen = 0;
  isCaughtUp = false;
  version.value += 1;
};
onRestart(forget);

/** So far back one begins: of what is older nobody would be told. */
const jump = (to: number, counts: boolean) => {
  if (counts) skipped.value += Math.max(0, to - seen);
  seen = Math.max(seen, to);
};

const readOn = oneAtATime(async () => {
  // What was kept for long, or comes faster than it is read, is told from its end.
  jump(last.value - (isCaughtUp ? MOST_TOLD : MOST), isCaughtUp);
  for (;;) {
    const told = await ask<Lines>(`trace?after=${seen}&limit=${MOST_TOLD}`);
    batch(() => {
      if (told.epoch !== epoch || told.last < seen) forget();
      epoch = told.epoch;
      addLines(lines, told.entries);
      seen = told.upto;
      version.value += 1;
    });
    if (told.upto >= told.last) break;
  }
  isCaughtUp = true;
});

/** Reads lines as they come, from what was read last, or the newest that may be kept. Answers how to stop. */
export const followLines = (): (() => void) => {
  isCaughtUp = false;
  // Whoever follows the trace says that the shop does not answer; with its next answer one reads on here.
  const look = () => void readOn().catch(() => {});
  look();
  return hear(look);
};
