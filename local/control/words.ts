import { refuse } from "./told.ts";

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The longest that a fault or a pause lasts: a day. Who wants more says it again. */
const LONGEST_MS = 86_400_000;

/** "30s" in whole milliseconds; undefined for what is no span of time. */
export const spanOf = (word: string): number | undefined => {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(word) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * (UNITS[unit] ?? 0));
};

/** A span of time as people write it: "30 s", "5 minutes". */
export const shownSpan = (ms: number): string => {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${ms / 1000} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 6_000) / 10} minutes`;
  return `${Math.round(ms / 360_000) / 10} hours`;
};

/** A word that has to be a span of time. */
export const needSpan = (word: string | undefined, what: string): number => {
  const span = word === undefined ? undefined : spanOf(word);
  if (!span || span > LONGEST_MS)
    return refuse(
      `${what} is a span of time from 1ms up to a day, such as 30s or 5m, not "${word ?? ""}".`,
    );
  return span;
};

/** A word that has to be a whole number from 1 to a most. */
export const needCount = (word: string, most: number, what: string): number => {
  const count = Number(word);
  if (!/^\d+$/.test(word) || count < 1 || count > most)
    return refuse(`${what} is a whole number from 1 to ${most}, not "${word}".`);
  return count;
};

/** The one whole number among some words, and the other words. Refuses where there are several. */
export const numberAmong = (words: readonly string[], usual: string, what: string) => {
  const [number = usual, another] = words.filter((word) => /^\d+$/.test(word));
  if (another !== undefined) refuse(`${what} is one number, not ${number} and ${another}.`);
  return { number, others: words.filter((word) => !/^\d+$/.test(word)) };
};

/** The words of a command without "for 30s" at their end, and how long that is. */
export const lasting = (
  words: readonly string[],
  usual: number,
): { rest: string[]; ms: number } => {
  const at = words.indexOf("for");
  if (at < 0) return { rest: [...words], ms: usual };
  if (at !== words.length - 2) refuse(`"for" stands at the end, with how long: for 30s.`);
  return { rest: words.slice(0, at), ms: needSpan(words[at + 1], "How long") };
};

/** The name among these that a word means, whatever its case. Refuses with what there is. */
export const oneOf = (names: readonly string[], word: string, thing: string): string => {
  const found = names.find((name) => name.toLowerCase() === word.toLowerCase());
  return found ?? refuse(`There is no ${thing} ${word}; there are ${names.join(", ")}.`);
};
