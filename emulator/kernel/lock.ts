import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CannotStart } from "./refusals.ts";

/** SQLite's code for a lock that another process has. */
const BUSY = 5;

/** How long one of several that start at once waits for the others to give up, in milliseconds. */
const PATIENCE = 500;

/**
 * Takes a directory, which is made where there is none, for this process alone. Answers how to leave it to others. Throws
 * CannotStart where it is taken, or cannot be.
 *
 * Node cannot lock a file, but the SQLite in it does: with a lock of the operating system on the file itself. It ends with
 * the process, whatever ends that; no process id is compared, which may be used again or stand for something else in a
 * container; and whoever sees the same file on the same machine sees the lock.
 */
export const lockDirectory = (dir: string): (() => void) => {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dir, { recursive: true });
    database = new DatabaseSync(join(dir, "lock.sqlite"), { timeout: PATIENCE });
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
  return () => held.close();
};
