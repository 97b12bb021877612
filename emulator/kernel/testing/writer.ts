import { openJournal } from "../journal.ts";
import { createKeeper } from "../keep.ts";
import { CannotStart } from "../refusals.ts";

/** What journals in tests are of. */
export const name = "a test";

/** How many entries it writes again and again. */
export const KEYS = 40;

/**
 * A process that writes numbers into the journal of the directory that it is given, each time acknowledging the last one
 * in a line, and compacts it all the while.
 */
const write = (dir: string) => {
  const end = (code: number) => (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(code);
  };
  try {
    const keeper = createKeeper();
    const numbers = keeper.map<number>("numbers");
    const journal = openJournal(dir, {
      name,
      lose: end(1) as (error: Error) => never,
      say: (sentence) => process.stderr.write(`${sentence}\n`),
      large: 2000,
      slice: { entries: 5, bytes: 10_000, ms: 1000 },
      later: (task, ms) => ms < 1000 && void setImmediate(task),
    });
    journal.replay(keeper, Date.now);
    let n = Math.max(0, ...numbers.values());
    const next = () => {
      n += 1;
      numbers.set(String(n % KEYS), n);
      keeper.flush();
      process.stdout.write(`${n}\n`);
      setImmediate(next);
    };
    process.stdout.write("open\n");
    next();
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    end(2)(error);
  }
};

const [, main, dir] = process.argv;
if (main === import.meta.filename && dir !== undefined) write(dir);
