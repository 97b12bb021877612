import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "./clock.ts";
import { createObservers, type Fact } from "./observers.ts";

/**
 * One thing that passed the emulator. Its fields beside these follow from its kind (README.md has the table); they refer
 * to what passed and are no copies. Nobody changes an entry, nor what it refers to, once it is there.
 */
export type Entry = {
  /** 1, 2, 3 ... in the order in which things happened. No number is used twice, also not after a rewind. */
  readonly seq: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly kind: string;
  /** The entry that caused it; undefined for what comes from outside, or because its time came. */
  readonly cause: number | undefined;
  /** All that caused it, `cause` first, where several came together: the messages of a batch, the events of a call. */
  readonly causes?: readonly number[];
  /** The entry that it ends: the call of an answer, the start of an invocation, the request of a response. */
  readonly of?: number;
  readonly [field: string]: unknown;
};

/** What is written into a trace. It may name its causes; else its cause is what is under way. */
export type Passing = Fact & {
  cause?: number | undefined;
  causes?: readonly number[] | undefined;
  of?: number | undefined;
};

type Writable = { -readonly [Field in "seq" | "at" | "cause"]?: Entry[Field] };

/** Capacity of a database, in its units. */
export type Units = { read: number; write: number };

/** The log of everything that passes the emulator: of the newest, as many as its bytes allow. Only ever appended to. */
export type Trace = {
  /** Makes what passes an entry, the same object, and appends it. `bytes` is about how much memory it keeps from being freed. */
  write: (passing: Passing, bytes?: number) => Entry;
  /** The entry that is under way here: the cause of what is written next. */
  cause: () => number | undefined;
  /** Does work of which an entry is the cause, with all that it leaves to be done later. */
  under: <T>(seq: number | undefined, work: () => T) => T;
  /** Entries with a larger number than `after`, at most so many, ascending: those that are still there. */
  entries: (after: number, most: number) => Entry[];
  get: (seq: number) => Entry | undefined;
  /** The numbers of the oldest and the newest entry that are there; 0 while there is none. */
  readonly first: number;
  readonly last: number;
  /** Goes up when time is put back: what was seen before is of another story. */
  readonly epoch: number;
  /** Says that time was put back. */
  turn: () => void;
  /** Hears every entry from now on. Answers how to stop. */
  hear: (listener: (entry: Entry) => unknown) => () => void;
  /** Remembers the entry that stands for a thing which others will be caused by: a message, a record, an invocation. */
  mark: (thing: string, seq: number) => void;
  /** Counts capacity that the call which is under way takes: its answer will say how much it was. */
  charge: (read: number, write: number) => void;
  /** What was counted for a call, which is forgotten with that. */
  charged: (seq: number) => Units | undefined;
  /** The entry that was remembered for a thing last, unless that is too long ago. */
  marked: (thing: string) => number | undefined;
};

/** How a trace is kept. */
export type TraceOptions = {
  /** About how much memory it may keep from being freed, in bytes. */
  bytes?: number | undefined;
  /** What passed elsewhere: the trace is of that, and nothing is written after it. Ascending by one. */
  recorded?: readonly Entry[] | undefined;
  /** What passed in the world that this one goes on from: it goes on from there, too. Ascending by one; the first to be forgotten. */
  before?: readonly Entry[] | undefined;
};

const defaultBytes = 64 * 1024 * 1024;

/** What an entry itself takes, in bytes, when it refers to little. */
const ownBytes = 256;

/** So many things are remembered at least, and twice as many at most. */
const remembered = 50_000;

/** A map that forgets what was set long ago. */
const forgetful = () => {
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  return {
    set(key: string, value: number) {
      if (young.size >= remembered) [old, young] = [young, new Map()];
      young.set(key, value);
    },
    get: (key: string) => young.get(key) ?? old.get(key),
  };
};

/** Entries that are forgotten together: those whose numbers begin with `from`. */
type Part = { from: number; entries: Entry[]; bytes: number };

const mostInPart = 512;
/** A part of all that may be kept that one part takes at most, when no single entry is larger. */
const shareOfPart = 1 / 128;

/** The newest of what is put in, as many as weigh about so much; by their numbers, which ascend by one. */
const ringOf = (mostBytes: number) => {
  const parts: Part[] = [];
  let newest: Part | undefined;
  let bytes = 0;
  const first = () => parts[0]?.from ?? 0;

  /** The place of the part in which a number is that is not less than the first. */
  const placeOf = (seq: number) => {
    let [low, high] = [0, parts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((parts[middle] as Part).from <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    add(entry: Entry, weight: number) {
      if (
        !newest ||
        newest.entries.length >= mostInPart ||
        newest.bytes > mostBytes * shareOfPart
      ) {
        newest = { from: entry.seq, entries: [], bytes: 0 };
        parts.push(newest);
      }
      newest.entries.push(entry);
      newest.bytes += weight;
      bytes += weight;
      while (bytes > mostBytes && parts.length > 1) bytes -= (parts.shift() as Part).bytes;
    },
    get(seq: number) {
      if (seq < first()) return undefined;
      const part = parts[placeOf(seq)];
      return part?.entries[seq - part.from];
    },
    after(seq: number, most: number) {
      const found: Entry[] = [];
      let next = Math.max(seq + 1, first());
      for (let place = placeOf(next); place < parts.length && found.length < most; place++) {
        const { from, entries } = parts[place] as Part;
        for (const entry of entries.slice(next - from, next - from + most - found.length))
          found.push(entry);
        next = from + entries.length;
      }
      return found;
    },
    first,
  };
};

/** A trace, and the clock whose timers carry on what is under way when they are set. */
export const createTrace = (
  clock: Clock,
  { bytes = defaultBytes, recorded, before }: TraceOptions = {},
): { trace: Trace; clock: Clock } => {
  const underway = new AsyncLocalStorage<number | undefined>();
  const ring = ringOf(recorded ? Number.POSITIVE_INFINITY : bytes);
  const ears = createObservers<Entry>(clock);
  const things = forgetful();
  const charges = new Map<number, Units>();
  let last = 0;
  let epoch = 1;
  for (const entry of recorded ?? before ?? []) {
    ring.add(entry, 0);
    last = entry.seq;
  }

  const trace: Trace = {
    write(passing, weight = 0) {
      if (recorded) return { ...nothing, kind: passing.kind };
      last += 1;
      // Fields are added and nothing is copied: this is done some four hundred times for an order.
      const entry: Passing & Writable = passing;
      if (!("cause" in passing)) entry.cause = underway.getStore();
      entry.seq = last;
      entry.at = clock.now();
      ring.add(entry as Entry, weight + ownBytes);
      ears.note(entry as Entry);
      return entry as Entry;
    },
    cause: () => underway.getStore(),
    under: (seq, work) => underway.run(seq, work),
    entries: ring.after,
    get: ring.get,
    get first() {
      return ring.first();
    },
    get last() {
      return last;
    },
    get epoch() {
      return epoch;
    },
    turn() {
      epoch += 1;
    },
    hear: ears.observe,
    mark: things.set,
    marked: things.get,
    charge(read, write) {
      const seq = underway.getStore();
      if (seq === undefined) return;
      const before = charges.get(seq);
      charges.set(seq, {
        read: (before?.read ?? 0) + read,
        write: (before?.write ?? 0) + write,
      });
    },
    charged(seq) {
      const units = charges.get(seq);
      if (units) charges.delete(seq);
      return units;
    },
  };
  return {
    trace,
    clock: Object.create(clock, {
      after: {
        value(ms: number, label: string, task: () => unknown) {
          const cause = underway.getStore();
          return clock.after(ms, label, () => underway.run(cause, task));
        },
      },
    }),
  };
};

const nothing: Entry = { seq: 0, at: 0, kind: "nothing", cause: undefined };

/** A trace that nothing is written into. */
export const noTrace: Trace = {
  write: () => nothing,
  cause: () => undefined,
  under: (_, work) => work(),
  entries: () => [],
  get: () => undefined,
  first: 0,
  last: 0,
  epoch: 1,
  turn: () => {},
  hear: () => () => {},
  mark: () => {},
  marked: () => undefined,
  charge: () => {},
  charged: () => undefined,
};

/** So many values are looked at to tell how large all are. */
const looked = 48;

let left = 0;

const sizeWithin = (value: unknown): number => {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let sum = 16;
  for (const name in value) {
    if (left <= 0) return sum;
    left -= 1;
    sum += 16 + sizeWithin((value as Record<string, unknown>)[name]);
  }
  return sum;
};

/** About how many bytes a value takes, by the first values in it. */
export const roughSize = (value: unknown): number => {
  if (value === undefined) return 0;
  left = looked;
  return sizeWithin(value);
};
