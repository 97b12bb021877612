import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Change, Keeper } from "./keep.ts";
import { CannotStart } from "./refusals.ts";

/** The first line of a journal: what wrote it, and how its lines are to be read. */
const header = { journal: "aws-emulator", version: 1 };

/** From this many bytes on, a journal that is mostly overwritten is written anew. */
const LARGE = 32 * 1024 * 1024;

/** What changed since the boot, kept in a directory: what was acknowledged is there after kill -9. */
export type Journal = {
  /** Whether it had anything to tell. */
  found: boolean;
  /** Puts what it has into the state, and writes down from then on what changes. */
  replay: (keeper: Keeper) => void;
  close: () => void;
};

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

const lock = (dir: string) => {
  const file = join(dir, "lock");
  try {
    mkdirSync(dir, { recursive: true });
    const owner = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
    if (owner && owner !== process.pid && alive(owner))
      throw new CannotStart(`${dir} is in use by another local cloud, the process ${owner}.`);
    writeFileSync(file, String(process.pid));
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    throw new CannotStart(`Cannot keep anything in ${dir}: ${(error as Error).message}`);
  }
  return () => rmSync(file, { force: true });
};

/** The lines of a journal. One that was cut off while it was written was never acknowledged: it is taken away. */
const read = (file: string): Change[][] => {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const whole = bytes.lastIndexOf("\n") + 1;
  if (whole < bytes.length) truncateSync(file, whole);
  const lines: unknown[] = [];
  for (let from = 0; from < whole; ) {
    const end = bytes.indexOf("\n", from);
    try {
      lines.push(JSON.parse(bytes.toString("utf8", from, end)));
    } catch {
      throw new CannotStart(`${file} is damaged: its line ${lines.length + 1} is not JSON.`);
    }
    from = end + 1;
  }
  const [first, ...groups] = lines as [typeof header | undefined, ...Change[][]];
  if (first && (first.journal !== header.journal || first.version !== header.version))
    throw new CannotStart(`${file} is not a journal of this version of the local cloud.`);
  return groups;
};

/**
 * Opens the journal in a directory, which it makes when there is none. Each line is what one call has changed, written
 * before the call is answered; a file of the operating system survives the end of a process, not that of the machine.
 * Throws CannotStart for a directory that cannot be used; `lose` hears that it can be written no more.
 */
export const openJournal = (dir: string, lose: (error: Error) => never, large = LARGE): Journal => {
  const unlock = lock(dir);
  const file = join(dir, "journal.jsonl");
  const groups = read(file);
  let fd = openSync(file, "a", 0o600);
  let size = 0;
  let limit = large;
  const append = (value: unknown) => {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    writeFileSync(fd, line); // all of it, where writeSync may write a part
    size += line.length;
  };
  /** The keys of each part that the journal speaks of, and those that were there at the boot. */
  const touched = new Map<string, Set<string>>();
  const atBoot = new Map<string, Set<string>>();
  let stop = () => {};

  /** Writes the journal anew, each entry once as it is now. */
  const compact = (keeper: Keeper) => {
    const fresh = `${file}.new`;
    const before = fd;
    fd = openSync(fresh, "w", 0o600);
    size = 0;
    append(header);
    for (const [name, keys] of touched)
      for (const key of keys) {
        const value = keeper.parts.get(name)?.get(key);
        if (value !== undefined) append([[name, key, value]]);
        else if (atBoot.get(name)?.has(key)) append([[name, key]]);
        else keys.delete(key);
      }
    fsyncSync(fd);
    renameSync(fresh, file);
    closeSync(before);
    limit = Math.max(large, 3 * size);
  };

  return {
    found: groups.length > 0,
    replay(keeper) {
      for (const [name, part] of keeper.parts) atBoot.set(name, new Set(part.keys()));
      const latest = new Map<string, Map<string, unknown>>();
      for (const [name, key, value] of groups.flat()) {
        const entries = latest.get(name) ?? new Map();
        latest.set(name, entries.set(key, value));
      }
      groups.length = 0;
      // In the order of their declaration: tables come before their rows.
      for (const [name, part] of keeper.parts)
        for (const [key, value] of latest.get(name) ?? []) part.apply(key, value);
      for (const [name, entries] of latest) touched.set(name, new Set(entries.keys()));
      compact(keeper);
      stop = keeper.record((changes) => {
        for (const [name, key] of changes) {
          const keys = touched.get(name) ?? new Set();
          touched.set(name, keys.add(key));
        }
        try {
          append(changes);
          if (size > limit) compact(keeper);
        } catch (error) {
          lose(error as Error);
        }
      });
    },
    close() {
      stop();
      closeSync(fd);
      unlock();
    },
  };
};
