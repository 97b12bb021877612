import { createHash } from "node:crypto";

/** Draws numbers in [0, 1). Its state is data: who puts it back draws the same numbers again. */
export type Chance = {
  draw: () => number;
  state: () => readonly number[];
  restore: (state: readonly number[]) => void;
};

/** Mulberry32, a small seeded generator: enough for scheduling, not for secrets. */
export const seededRandom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const rotated = (word: number, by: number) => (word << by) | (word >>> (32 - by));

/**
 * Xoshiro128** (https://prng.di.unimi.it/xoshiro128starstar.c). Its 128 bits of state let lives that begin with other words
 * draw other ids: 32 would not be enough for ids that are kept for ever.
 */
export const chanceFrom = (words: readonly number[]): Chance => {
  let [a = 0, b = 0, c = 0, d = 0] = words;
  if ((a | b | c | d) === 0) a = 1; // it would stay at 0
  return {
    draw() {
      const drawn = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
      const t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = rotated(d, 11);
      return drawn / 4294967296;
    },
    state: () => [a, b, c, d],
    restore(state) {
      [a = 0, b = 0, c = 0, d = 0] = state;
    },
  };
};

/**
 * A stream of chance of its own: the same seed and name draw the same numbers, whatever other streams were drawn from.
 * The 128 bits that it begins with are a hash of both, so that the streams of many thousand seeds do not meet.
 */
export const namedChance = (seed: number | string, name: string): Chance => {
  const hash = createHash("sha256").update(`${seed} ${name}`).digest();
  return chanceFrom([0, 4, 8, 12].map((at) => hash.readUInt32LE(at)));
};
