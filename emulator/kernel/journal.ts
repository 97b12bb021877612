import { closeSync, fstatSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { compact, type Slice } from "./compaction.ts";
import { beginning, type FrameFile, framesOf } from "./frames.ts";
import { freshJournalFile, hasJournal, openJournalFile } from "./journal-file.ts";
import { type Group, groupRecord, kindOf, read } from "./journal-records.ts";
import type { Change, Keeper, Part } from "./keep.ts";
import { lockDirectory } from "./lock.ts";
import { CannotStart } from "./refusals.ts";

/** What changed since the boot, kept in a directory: what was acknowledged is there after kill -9. */
export type Journal = {
  /** The last moment that it knows of, in milliseconds since 1970: time must go on from there. 0 for a new one. */
  lastSeen: number;
  /** Puts what it has into the state, and writes down from then on what changes, and at what time. */
  replay: (keeper: Keeper, now: () => number) => void;
  close: () => void;
};

export type JournalOptions = {
  /** What it is a journal of: it is not opened as one of anything else. */
  name: string;
  /** Hears that it can be written no more: nothing may be acknowledged from then on. */
  lose: (error: Error) => never;
  /** Hears, in a sentence, what somebody should know although all goes on. */
  say: (sentence: string) => void;
  /** From this many bytes on, a journal that is mostly overwritten is written anew. */
  large?: number;
  /** How much of that is done in one go. */
  slice?: Slice;
  /** Does a task in `ms` milliseconds, if the process is still there. */
  later?: (task: () => void, ms: number) => void;
};

const LARGE = 8 * 1024 * 1024;
const SLICE: Slice = { entries: 500, bytes: 256 * 1024, ms: 15 };

/** What nobody outside waits for is written after so many milliseconds: what changes meanwhile is written once. */
const GROUP_MS = 20;
/** Where nothing changes, the time is written: it must not go back in the next life. So a deleted file is noticed, too. */
const BEAT_MS = 1000;

const unrefed = (task: () => void, ms: number) => void setTimeout(task, ms).unref();

type Keys = Map<string, Set<string>>;

const addTo = (keys: Keys, name: string, key: string) => {
  const known = keys.get(name);
  if (known) known.add(key);
  else keys.set(name, new Set([key]));
};

/** The entries of a part whose keys are wanted. */
function* entriesIn(part: Part, wanted: (key: string) => boolean) {
  if (part.entries) return yield* part.entries(wanted);
  for (const key of part.keys()) {
    const value = wanted(key) ? part.get(key) : undefined;
    if (value !== undefined) yield [key, value] as [string, unknown];
  }
}

/** What of the state every boot makes again, and what of that the journal speaks of. */
const createBoot = ({ parts }: Keeper) => {
  const made: Keys = new Map([...parts].map(([name, part]) => [name, new Set(part.keys())]));
  const changed: Keys = new Map();
  return {
    touch(name: string, key: string) {
      if (made.get(name)?.has(key)) addTo(changed, name, key);
    },
    /** All but what a boot makes by itself and what is told elsewhere: what is made comes before what is in it. */
    *entriesBut(told: Keys): Generator<Change | undefined> {
      for (const [name, part] of parts) {
        const boots = (key: string) => made.get(name)?.has(key) && !changed.get(name)?.has(key);
        const wanted = (key: string) => !boots(key) && !told.get(name)?.has(key);
        for (const entry of entriesIn(part, wanted)) yield entry && [name, ...entry];
        for (const key of changed.get(name) ?? [])
          if (part.get(key) === undefined) yield [name, key];
      }
    },
  };
};

/**
 * Opens the journal in a directory, which it makes when there is none. Each record is a group of changes, written before
 * anybody outside is answered; a file of the operating system survives the end of a process, not that of the machine.
 * Throws CannotStart for a directory that is in use or cannot be used, and for a journal that is damaged.
 */
export const openJournal = (
  dir: string,
  { name, lose, say, large = LARGE, slice = SLICE, later = unrefed }: JournalOptions,
): Journal => {
  const lock = lockDirectory(dir);
  const path = join(dir, "journal");
  const orRefuse = <T>(open: () => T): T => {
    try {
      return open();
    } catch (error) {
      lock.leave();
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      throw new CannotStart(`Cannot keep anything in ${dir}: ${message}.`);
    }
  };
  /** Throws where what is written is not what will be found: the file has another name, or others write to it. */
  const checkFile = () => {
    const { ino, dev } = fstatSync(file.fd);
    const named = statSync(path, { throwIfNoEntry: false });
    if (named?.ino !== ino || named.dev !== dev) throw new Error("it was taken away");
    if (named.size !== file.end().at) throw new Error("somebody else has written to it");
  };
  /** Gives a file the journal's name. */
  const install = (fresh: FrameFile) => {
    renameSync(`${path}.new`, path);
    return fresh;
  };
  const found = orRefuse(() =>
    hasJournal(path)
      ? openJournalFile(path, name, say)
      : { file: install(freshJournalFile(`${path}.new`, name)), lastSeen: 0, compacted: 0 },
  );
  const limitAfter = (bytes: number) => Math.max(large, 2 * bytes);
  let limit = limitAfter(found.compacted);
  let { file } = found;
  let giveUp: (() => void) | undefined;
  let closed = false;
  let stop = () => {};

  const replaceBy = (fresh: FrameFile) => {
    closeSync(file.fd); // before another takes its name, for Windows
    file = install(fresh);
  };
  const orLose = (task: () => void) => {
    try {
      task();
    } catch (error) {
      lose(new Error(`${path}: ${(error as Error).message}`, { cause: error }));
    }
  };

  const record = (boot: ReturnType<typeof createBoot>, keeper: Keeper, now: () => number) => {
    /** What changed since it is compacted comes after what it is compacted from. */
    const told: Keys = new Map();
    const compactIfDue = () => {
      if (giveUp || file.end().at <= limit) return;
      const source = { old: file, entries: boot.entriesBut(told), flush: keeper.flush, now };
      giveUp = compact(`${path}.new`, name, source, slice, later, (outcome) => {
        giveUp = undefined;
        told.clear();
        if ("fresh" in outcome) orLose(() => replaceBy(outcome.fresh));
        else {
          orLose(() => file.append(groupRecord(now(), []))); // where all is lost, that is what is said
          say(`${path} was not compacted and goes on growing: ${outcome.error.message}.`);
        }
        limit = limitAfter(file.end().at);
      });
    };
    const write = (changes: Change[]) => {
      for (const [part, key] of changes) {
        boot.touch(part, key);
        if (giveUp) addTo(told, part, key);
      }
      const texts = changes.map((change) => JSON.stringify(change));
      orLose(() => {
        file.append(groupRecord(now(), texts));
        checkFile();
      });
      compactIfDue();
    };
    const beat = (before?: number) => {
      if (closed) return;
      orLose(lock.check);
      if (file.end().at === before) write([]);
      const { at } = file.end();
      later(() => beat(at), BEAT_MS);
    };
    const stopRecording = keeper.record(write, (flush) => later(flush, GROUP_MS));
    stop = () => {
      stopRecording();
      write([]); // the time
    };
    beat();
  };

  return {
    lastSeen: found.lastSeen,
    replay(keeper, now) {
      const boot = createBoot(keeper);
      orRefuse(() => {
        for (const { payload } of framesOf(file.fd, beginning, file.end().at)) {
          if (!["changes", "compressed"].includes(kindOf(payload) ?? "")) continue;
          for (const [part, key, value] of read<Group>(payload).changes) {
            boot.touch(part, key);
            keeper.parts.get(part)?.apply(key, value);
          }
        }
      });
      record(boot, keeper, now);
    },
    close() {
      if (closed) return;
      closed = true;
      stop();
      giveUp?.();
      closeSync(file.fd);
      lock.leave();
    },
  };
};
