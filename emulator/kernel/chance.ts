import { hash } from "node:crypto";

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

const wordsOf = (text: string): readonly number[] => {
  const bytes = hash("sha256", text, "buffer");
  return [0, 4, 8, 12].map((at) => bytes.readInt32LE(at));
};

/**
 * A stream of chance of its own: the same seed and name draw the same numbers, whatever other streams were drawn from.
 * The 128 bits that it begins with are a hash of both, so that the streams of many thousand seeds do not meet.
 */
export const namedChance = (seed: number | string, name: string): Chance => {
  return chanceFrom(wordsOf(`${seed} ${name}`));
};

/** What chance draws at a moment, for each name a stream of its own. Its state is data, as numbers of 32 bits. */
export type Chances = {
  /** A number in [0, 1), of the stream of this name. */
  draw: (name?: string) => number;
  state: () => readonly number[];
  restore: (state: readonly number[]) => void;
};

/** A stream: the four words of its name, the time for which it was begun, and its generator. */
type Stream = { readonly words: readonly number[]; at: number; chance: Chance };

/** So many streams are remembered at least, and twice as many at most. A stream that is forgotten begins with the same words. */
const remembered = 2_000;

/** The finalizer of MurmurHash3: each bit of a word decides over each bit of what comes out. */
const mixed = (word: number): number => {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
};

/** The 128 bits that the chances of a seed begin with. */
export const seedWords = (seed: number | string): readonly number[] => wordsOf(`seed ${seed}`);

/**
 * Streams of chance by name. A stream begins anew with each moment of time, with a hash of the seed, its name and the moment:
 * so what is drawn depends on nothing that was drawn by others, nor on what was drawn before. Whatever is left out of a
 * story, the rest of it goes on as it was, where its time did not change.
 */
export const namedChances = (seed: readonly number[], time: () => number): Chances => {
  const now = () => Math.floor(time());
  let own = [...seed];
  let young = new Map<string, Stream>();
  let old = new Map<string, Stream>();
  let room = remembered;
  /** Streams that go on from where a state was taken, by their words, and the time of that. */
  let going = new Map<string, readonly number[]>();
  let goingAt = Number.NaN;

  const begin = (stream: Stream, at: number) => {
    const low = at | 0;
    const high = mixed(Math.floor(at / 0x1_0000_0000));
    const { words } = stream;
    const state = words.map((word, i) => mixed(word ^ mixed(low + i * 0x9e3779b9) ^ (high + i)));
    const known = at === goingAt ? going.get(words.join()) : undefined;
    stream.at = at;
    stream.chance.restore(known ?? state);
  };

  const streamOf = (name: string): Stream => {
    const known = young.get(name);
    if (known) return known;
    const stream = old.get(name) ?? {
      words: wordsOf(`${own.join()} ${name}`),
      at: Number.NaN,
      chance: chanceFrom([]),
    };
    if (young.size >= room) {
      const at = now();
      const needed = [...old].filter(([, one]) => one.at === at); // begun again, it would draw the same again
      old = young;
      young = new Map(needed);
      room = needed.length + remembered;
    }
    young.set(name, stream);
    return stream;
  };

  return {
    draw(name = "") {
      const stream = streamOf(name);
      const at = now();
      if (stream.at !== at) begin(stream, at);
      return stream.chance.draw();
    },
    state() {
      const at = now();
      const begun = new Set([...old.values(), ...young.values()].filter((one) => one.at === at));
      const state = new Map(at === goingAt ? going : []);
      for (const { words, chance } of begun) state.set(words.join(), chance.state());
      return [
        ...own,
        ...[...state].flatMap(([words, drawn]) => [...words.split(",").map(Number), ...drawn]),
      ];
    },
    restore(state) {
      own = state.slice(0, 4);
      young = new Map();
      old = new Map();
      going = new Map();
      goingAt = now();
      for (let i = 4; i < state.length; i += 8)
        going.set(state.slice(i, i + 4).join(), state.slice(i + 4, i + 8));
    },
  };
};
