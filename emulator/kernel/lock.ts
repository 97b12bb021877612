import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CannotStart } from "./refusals.ts";

/** SQLite's code for a lock that another process has. */
const BUSY = 5;

/** How long one of several that start at once waits for the others to give up, in milliseconds. */
const PATIENCE = 500;

const lockName = "lock.sqlite";

/** Nothing is written among the things of somebody else: a directory is empty, or it was taken before. */
const refuseForeign = (dir: string) => {
  const found = existsSync(dir) && statSync(dir);
  if (!found) return;
  if (!found.isDirectory())
    throw new CannotStart(`Cannot keep anything in ${dir}: it is not a directory.`);
  let inside: string[] = [];
  try {
    inside = readdirSync(dir);
  } catch {
    return; // what cannot be read is refused where it is to be written
  }
  const ours = [lockName, "lock", "journal", "journal.jsonl", "journal.new", "administrator.json"];
  const others = inside.filter((name) => !name.startsWith(".") && name !== "lost+found");
  if (others.length > 0 && !inside.some((name) => ours.includes(name)))
    throw new CannotStart(
      `Cannot keep anything in ${dir}: it holds other things. Name an empty directory, or a new one.`,
    );
};

/** Makes a directory and those above it. Node's own way of that never ends below /proc. */
const makeDirectory = (dir: string) => {
  if (existsSync(dir)) return;
  if (dirname(dir) !== dir) makeDirectory(dirname(dir));
  mkdirSync(dir);
};

/** A directory that is this process's own. */
export type DirectoryLock = {
  /** Throws where the lock's file is another one now: then it keeps nobody out. */
  check: () => void;
  /** Leaves the directory to others. */
  leave: () => void;
};

/**
 * Takes a directory, which is made where there is none, for this process alone. Throws CannotStart where it is taken, or cannot be.
 *
 * Node cannot lock a file, but the SQLite in it does: with a lock of the operating system on the file itself. It ends with
 * the process, whatever ends that; no process id is compared, which may be used again or stand for something else in a
 * container; and whoever sees the same file on the same machine sees the lock.
 */
export const lockDirectory = (dir: string): DirectoryLock => {
  let database: DatabaseSync | undefined;
  refuseForeign(dir);
  try {
    makeDirectory(dir);
    database = new DatabaseSync(join(dir, lockName), { timeout: PATIENCE });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    const { errcode, message } = error as Error & { errcode?: number };
    throw new CannotStart(
      errcode === BUSY
        ? `${dir} is in use by another process: stop that first.`
        : `Cannot keep anything in ${dir}: ${message}.`,
    );
  }
  const held = database;
  const file = join(dir, lockName);
  const { ino } = statSync(file);
  return {
    check() {
      if (statSync(file, { throwIfNoEntry: false })?.ino !== ino)
        throw new Error(`${file} was taken away, so another process may write here, too`);
    },
    leave: () => held.close(),
  };
};
