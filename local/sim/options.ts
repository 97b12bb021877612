import { CannotStart } from "emulator/kernel/refusals";
import { optionsOf } from "../command-line.ts";
import type { Size } from "./plan.ts";

/** What `npm run sim` was told. */
export type Options = {
  help: boolean;
  from: number;
  seeds: number;
  seconds: number | undefined;
  size: Size;
  workers: number;
  replay: string | undefined;
};

/** What `npm run sim -- --help` says. */
export const help = `Runs whole shops under a virtual clock, each from a seed: orders, cancellations, staff, faults. Every step is
judged by the items that it changes, and the end by ledgers that are not ours. The same seed gives the same run.

npm run sim -- [options]
  --seeds N         how many runs (100)
  --from S          the first seed (1)
  --seconds T       no new run begins after so many seconds
  --orders A..B     how many orders a run has, from 1 to 200 (3..40; most are small)
  --workers N       processes (2)
  --replay FILE     one run again, from a file in .petstore/sim: told in words, and as a run that npm start opens

A run that breaks a promise is made as small as it can be and told. Exit code: 0 when all promises held, 1 when one
was broken, 2 for what it was told wrongly. Ctrl-C ends with what was found so far.
`;

/** A whole number that an option was told. Throws CannotStart, with one sentence, for what is none. */
export const whole = (name: string, word: string, least: number, most: number): number => {
  const number = Number(word);
  if (!/^\d+$/.test(word) || number < least || number > most)
    throw new CannotStart(`--${name} is a whole number from ${least} to ${most}, not "${word}".`);
  return number;
};

const sizeOf = (word: string): Size => {
  const [, first = "", second = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(word) ?? [];
  const [least, most] = [Number(first), Number(second)];
  if (first === "" || least < 1 || most > 200 || least > most)
    throw new CannotStart(`--orders is A..B with 1 <= A <= B <= 200, not "${word}".`);
  return { least, most };
};

/** Reads the words of the command. Throws CannotStart, with one sentence, for what it does not know. */
export const readOptions = (args: string[]): Options => {
  const { values } = optionsOf({
    args,
    options: {
      help: { type: "boolean", short: "h" },
      seeds: { type: "string" },
      from: { type: "string" },
      seconds: { type: "string" },
      orders: { type: "string" },
      workers: { type: "string" },
      replay: { type: "string" },
    },
  });
  const { seeds, from, seconds, orders, workers, replay } = values;
  if (replay !== undefined && (seeds ?? from ?? seconds ?? orders ?? workers) !== undefined)
    throw new CannotStart("--replay runs one file, and takes no other option.");
  const most = 2 ** 31 - 1;
  return {
    help: values.help === true,
    from: whole("from", from ?? "1", 0, most),
    seeds: whole("seeds", seeds ?? (seconds === undefined ? "100" : String(most)), 1, most),
    seconds: seconds === undefined ? undefined : whole("seconds", seconds, 1, 86_400),
    size: sizeOf(orders ?? "3..40"),
    workers: whole("workers", workers ?? "2", 1, 64),
    replay,
  };
};
