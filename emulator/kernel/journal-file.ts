import { existsSync, fstatSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { beginning, Damaged, type FrameFile, frameFile, framesOf, type Place } from "./frames.ts";
import { type Group, type Header, headerRecord, kindOf, read } from "./journal-records.ts";
import { CannotStart } from "./refusals.ts";

/** How the records are written: another version's journal is not read. */
const VERSION = 2;

/** What a journal file was found to be, all of it examined. */
export type Found = {
  file: FrameFile;
  /** When it was written to last, in milliseconds since 1970. */
  lastSeen: number;
  /** How many bytes of it were left when it was last compacted. */
  compacted: number;
};

/** Whether a file begins as a journal of `name` does. Anything may be in it. */
const isJournalOf = (name: string, fd: number, size: number): boolean => {
  try {
    const [first] = framesOf(fd, beginning, size);
    if (!first || kindOf(first.payload) !== "header") return false;
    const { journal, version } = read<Header>(first.payload);
    return journal === name && version === VERSION;
  } catch (error) {
    if (error instanceof Damaged) return false;
    throw error;
  }
};

/**
 * Examines a journal and leaves it open behind its last record. A record that was cut off while it was written was never
 * acknowledged: it is taken away, and `say` hears of that. Throws CannotStart for anything else that is not as it was
 * written, and changes nothing then.
 */
export const openJournalFile = (
  path: string,
  name: string,
  say: (sentence: string) => void,
): Found => {
  const fd = openSync(path, "a+");
  const { size } = fstatSync(fd);
  if (!isJournalOf(name, fd, size))
    throw new CannotStart(
      size === 0
        ? `${path} is empty, which no journal is: what it held is lost.`
        : `${path} is not a journal of ${name} that this version can read.`,
    );
  let end: Place = beginning;
  let compacted = 0;
  let last: Buffer | undefined;
  try {
    for (const { payload, next } of framesOf(fd, beginning, size)) {
      end = next;
      const kind = kindOf(payload);
      if (kind === "compacted") compacted = next.at;
      else if (kind !== "header") last = Buffer.from(payload);
    }
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new CannotStart(
      `${path} is damaged at byte ${error.at} of ${size}, so it is not opened; cut off there, it would hold what came before.`,
    );
  }
  if (end.at < size) {
    ftruncateSync(fd, end.at);
    say(
      `${path} ended within a record, which nobody was told of: its last ${size - end.at} bytes are cut off.`,
    );
  }
  return {
    file: frameFile(fd, end),
    lastSeen: last ? read<Group>(last).at : 0,
    compacted,
  };
};

/** An empty journal beside the place where it is to be. */
export const freshJournalFile = (path: string, name: string): FrameFile => {
  rmSync(path, { force: true });
  const file = frameFile(openSync(path, "a+", 0o600));
  file.append(headerRecord({ journal: name, version: VERSION }));
  return file;
};

/** Whether there is a journal, of this version or of an earlier one, whose file had another name. */
export const hasJournal = (path: string) => {
  const earlier = `${path}.jsonl`;
  if (existsSync(earlier))
    throw new CannotStart(`${earlier} was written by an earlier version, which alone can read it.`);
  return existsSync(path);
};
