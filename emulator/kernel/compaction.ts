import { closeSync, fsync, rmSync } from "node:fs";
import { type FrameFile, framesOf, type Place } from "./frames.ts";
import { freshJournalFile } from "./journal-file.ts";
import { compactedRecord, groupRecord } from "./journal-records.ts";
import type { Change } from "./keep.ts";

/** How much is written in one go, whichever comes first: clients wait for no more than that. */
export type Slice = { entries: number; bytes: number; ms: number };

/** What a journal is written anew from. */
type Source = {
  old: FrameFile;
  /** All that is to be in it and was not told since this began, read little by little; undefined where there is none yet. */
  entries: Iterable<Change | undefined>;
  /** Writes to the old file what has changed and is not there yet. */
  flush: () => void;
  now: () => number;
};

/** So much time is left for other work between two slices, in milliseconds. */
const PAUSE = 10;

/**
 * Writes a journal anew, a slice at a time, while changes go on being written to the old file: each entry once, as it is
 * when its turn comes, and then all that the old file was told since it began. Answers "level" when the new file says all
 * that the old one says, as often as it is asked.
 */
function* rewrite(
  { old, entries, flush, now }: Source,
  begun: Place,
  fresh: FrameFile,
  slice: Slice,
): Generator<"more" | "level", never> {
  let told = begun;
  let texts: string[] = [];
  let bytes = 0;
  let since = performance.now();
  const full = () =>
    texts.length >= slice.entries || bytes >= slice.bytes || performance.now() - since >= slice.ms; // an entry may take long to read: a packed archive, a long history
  const write = () => {
    fresh.append(groupRecord(now(), texts));
    texts = [];
    bytes = 0;
  };
  flush(); // and before each slice: what the new file says, the old one must have said
  for (const change of entries) {
    if (change) {
      const text = JSON.stringify(change);
      texts.push(text);
      bytes += text.length;
    }
    if (!full()) continue;
    if (texts.length > 0) write();
    yield "more";
    since = performance.now();
    flush();
  }
  write();
  fresh.append(compactedRecord());
  for (;;) {
    let copied = 0;
    for (const { payload, next } of framesOf(old.fd, told, old.end().at, slice.bytes)) {
      fresh.append(payload);
      told = next;
      copied += payload.length;
      if (copied >= slice.bytes) break;
    }
    yield told.at === old.end().at ? "level" : "more";
  }
}

/**
 * Compacts a journal into the file `path`, in turns that `later` gives it, and begins where the old one ends now. `done` hears of a file that is on the disk and
 * can take the old one's place at once, or of what went wrong; then nothing is left of it. Answers how to give up.
 */
export const compact = (
  path: string,
  name: string,
  source: Source,
  slice: Slice,
  later: (task: () => void, ms: number) => void,
  done: (outcome: { fresh: FrameFile } | { error: Error }) => void,
): (() => void) => {
  const begun = source.old.end();
  let fresh: FrameFile | undefined;
  let over = false;
  const end = () => {
    over = true;
    if (!fresh) return;
    closeSync(fresh.fd);
    rmSync(path, { force: true });
  };
  const attempt = (task: () => void) => {
    if (over) return;
    try {
      task();
    } catch (error) {
      end();
      done({ error: error as Error });
    }
  };
  const advance = (file: FrameFile, work: ReturnType<typeof rewrite>, safe: boolean) => {
    const again = (safe: boolean) => attempt(() => advance(file, work, safe));
    if (work.next().value === "more") later(() => again(safe), PAUSE);
    else if (safe) {
      over = true;
      done({ fresh: file });
    } else
      fsync(file.fd, (error) =>
        attempt(() => {
          if (error) throw error;
          advance(file, work, true);
        }),
      );
  };
  later(
    () =>
      attempt(() => {
        fresh = freshJournalFile(path, name);
        advance(fresh, rewrite(source, begun, fresh, slice), false);
      }),
    0,
  );
  return () => {
    if (!over) end();
  };
};
