import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JournalOptions, openJournal } from "../journal.ts";
import { createKeeper } from "../keep.ts";
import { name } from "./writer.ts";

/** A directory that is there until the run of tests is over. */
export const emptyDir = () => mkdtempSync(join(tmpdir(), "journal-"));

/** What kill -9 would leave of a directory now. */
export const leftOf = (dir: string) => {
  const copy = emptyDir();
  cpSync(dir, copy, { recursive: true });
  return copy;
};

/** The state of an engine, kept in a directory. What is to be done later is done when a test does it: a slice, or a flush. */
export const opened = (dir: string, options: Partial<JournalOptions> & { time?: number } = {}) => {
  const keeper = createKeeper();
  const numbers = keeper.map<number>("numbers");
  const lists = keeper.map<number[]>("lists", (list) => [...list]);
  numbers.set("from the boot", 1);
  const said: string[] = [];
  const tasks: (() => void)[] = [];
  const flushes: (() => void)[] = [];
  const { time = 0 } = options;
  const journal = openJournal(dir, {
    name,
    lose(error) {
      throw error;
    },
    say: (sentence) => said.push(sentence),
    later(task, ms) {
      if (ms < 20) tasks.push(task);
      else if (ms < 1000) flushes.push(task);
    },
    ...options,
  });
  journal.replay(keeper, () => time);
  const run = () => tasks.shift()?.();
  return { keeper, numbers, lists, journal, said, tasks, run, flushes };
};
