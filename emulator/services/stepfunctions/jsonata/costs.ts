import { isFunction } from "./genuine.ts";
import { LIMITS, type Meter, overMemory, overSteps } from "./limits.ts";
import { refuse } from "./refuse.ts";

// biome-ignore lint/suspicious/noExplicitAny: arguments that jsonata has checked against the function's signature
type Arguments = any[];

const lengthOf = (value: unknown) =>
  typeof value === "string" || Array.isArray(value) ? value.length : 0;

const within = (length: number) => {
  if (length > LIMITS.memory) throw overMemory();
};

/** The time that a search can take at worst: the pattern compared at every place. */
const search = (meter: Meter, [text, pattern]: Arguments) => {
  const places = lengthOf(text) - lengthOf(pattern) + 1;
  if (typeof pattern === "string" && places > 0) meter.spend((places * pattern.length) / 1024);
};

/** Texts that are taken apart into characters. */
const characters = (meter: Meter, [text]: Arguments) => {
  meter.spend(lengthOf(text) / 32);
};

/** A picture's parts are looked for in all of the picture, and in what is read by it. */
const picture = (meter: Meter, [value, given]: Arguments) => {
  meter.spend((lengthOf(given) * (lengthOf(given) + lengthOf(value))) / 16_384);
};

/** What sorting takes at worst, where jsonata compares by itself. */
const sorting = (meter: Meter, [values, comparator]: Arguments) => {
  if (comparator !== undefined || !Array.isArray(values)) return;
  const rounds = Math.log2(values.length + 1);
  meter.spend((values.length / 4 + meter.look(values) / 1024) * rounds);
};

/** The spaces before the lines of a value that is written out with indents of two. */
const indents = (value: unknown): number => {
  let spaces = 0;
  const walk = (part: unknown, depth: number) => {
    spaces += 2 * depth;
    within(spaces);
    if (typeof part === "object" && part !== null && !isFunction(part))
      for (const inner of Object.values(part)) walk(inner, depth + 1);
  };
  walk(value, 0);
  return spaces;
};

/** What has to be known before some functions begin: they would go on and on, or make a text of any length. */
export const BEFORE: Record<string, (meter: Meter, args: Arguments) => void> = {
  contains: search,
  substringBefore: search,
  substringAfter: search,
  split: search,
  replace: search,
  string: (meter, [value, prettify]) => {
    if (prettify) meter.spend(indents(value) / 256);
  },
  length: characters,
  substring: characters,
  formatInteger: picture,
  parseInteger: picture,
  toMillis: picture,
  now: (meter, [given]) => picture(meter, [undefined, given]),
  fromMillis: (meter, [ms, given]) => {
    picture(meter, [undefined, given]);
    if (Math.abs(ms) > 8.64e15) throw new Error(`The number ${ms} is out of the range of times`);
  },
  sort: sorting,
  shuffle: (meter, [values]) => meter.spend(lengthOf(values) / 16),
  pad: (meter, [text, width, filling = " "]) => {
    if (text === undefined) return;
    within(Math.abs(width) * filling.length);
    meter.spend((Math.abs(width) * filling.length + lengthOf(text)) / 24);
  },
  join: (_, [texts = [], separator = ""]) => within(texts.length * separator.length),
  distinct: (meter, [values]) => {
    if (Array.isArray(values)) meter.spend((values.length * meter.look(values)) / 2048);
  },
  formatNumber: (meter, [value, given, options]) => {
    const exponent = options?.["exponent-separator"] ?? "e";
    if (Math.abs(value) === Number.POSITIVE_INFINITY && given?.includes(exponent))
      throw overSteps();
    const characters = [given, ...Object.values(options ?? {})].reduce(
      (sum: number, text) => sum + lengthOf(text),
      0,
    );
    // Every group of digits looks through all that stands before it.
    meter.spend(characters ** 2 / 128);
  },
};

/** What is refused of a function's result. */
export const AFTER: Record<string, (result: unknown) => void> = {
  round: (result) => {
    if (Number.isNaN(result)) throw refuse("D1001", "Number out of range: NaN");
  },
};
