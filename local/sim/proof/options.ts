import { CannotStart } from "emulator/kernel/refusals";
import { optionsOf } from "../../command-line.ts";
import { whole } from "../options.ts";

/** The parts that can be asked for alone. */
export const partNames = [
  ...["seeds", "hashes", "kinds", "singles", "pairs", "triples"],
  ...["mutants", "histories", "fuzz", "chaos"],
] as const;

/** What `npm run proof` was told. */
export type Options = {
  help: boolean;
  hours: number;
  only: string[];
  workers: number;
  again: boolean;
};

/** What `npm run proof -- --help` says. */
export const help = `Everything that a night can prove: ten thousand seeds, a thousand of them in other processes, every single
fault (first at one call of each kind), pairs and triples of faults, mutants, histories, inputs that nobody expects, and five
hundred kills of the served shop. Each part has its share of the time; what one leaves goes to the next. Writes docs/proof.md.

npm run proof -- [options]
  --hours H         how long all of it may take (1): a fraction will do
  --only A,B        only these parts: ${partNames.join(", ")}
  --workers N       processes (2)
  --again           from the beginning: else it goes on from where it was broken off on the same commit

Exit code: 0 when all promises held, 1 when one was broken or, after all seeds and kinds, something was not reached;
2 for what it was told wrongly. Ctrl-C ends with what was found so far; the next run goes on from there.
`;

const hoursOf = (word: string): number => {
  const hours = Number(word);
  if (!/^\d+(\.\d+)?$/.test(word) || hours <= 0 || hours > 1000)
    throw new CannotStart(`--hours is a number above 0 and up to 1000, not "${word}".`);
  return hours;
};

const partsNamed = (words: string | undefined): string[] => {
  const names = words?.split(",") ?? [...partNames];
  for (const name of names)
    if (!(partNames as readonly string[]).includes(name))
      throw new CannotStart(`There is no part "${name}": there are ${partNames.join(", ")}.`);
  return names;
};

/** Reads the words of the command. Throws CannotStart, with one sentence, for what it does not know. */
export const readOptions = (args: string[]): Options => {
  const { values } = optionsOf({
    args,
    options: {
      help: { type: "boolean", short: "h", default: false },
      again: { type: "boolean", default: false },
      hours: { type: "string", default: "1" },
      only: { type: "string" },
      workers: { type: "string", default: "2" },
    },
  });
  return {
    help: values.help,
    again: values.again,
    hours: hoursOf(values.hours),
    only: partsNamed(values.only),
    workers: whole("workers", values.workers, 1, 64),
  };
};
