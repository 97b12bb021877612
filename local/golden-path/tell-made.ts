import { type Made, type Making, makeInCopy } from "./in-copy.ts";

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Makes something in this checkout and says which files are new or changed, and how long it took. */
export const makeAndTell = async (name: string, makings: readonly Making[]): Promise<Made> => {
  const began = performance.now();
  const made = await makeInCopy(name, makings, (what) => void process.stderr.write(`${what}\n`));
  const seconds = Math.round((performance.now() - began) / 1000);
  say(`New:\n${made.added.map((file) => `  ${file}`).join("\n")}`);
  say(`Changed:\n${made.changed.map((file) => `  ${file}`).join("\n")}\n`);
  say(`In ${seconds} s.`);
  return made;
};
