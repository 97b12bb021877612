/**
 * A part of what the engines know: named, made of entries, and plain JSON in each of them. Snapshots copy it, forks
 * start from it, and the journal writes down what changes in it.
 */
export type Part = {
  /** The entry as it is now; undefined when there is none. */
  get: (key: string) => unknown;
  /** Puts an entry there as the journal has it, or takes it away. No timer is armed and nobody is told. */
  apply: (key: string, value: unknown) => void;
  /** May be read slowly, while entries come and go: one that is there all the while is among them. */
  keys: () => Iterable<string>;
  /**
   * The same with what is there, of those keys that are `wanted` when their turn comes, in whatever order is cheap for a part
   * that keeps its entries packed; undefined where it has looked for some time and found none yet.
   */
  entries?: (
    wanted: (key: string) => boolean,
  ) => Iterable<[key: string, value: unknown] | undefined>;
  /** All of it as it is now, cheaply. Nothing changes what was taken: it may be put many times. */
  take: () => unknown;
  /** Puts what was taken in the place of all that is there. */
  put: (taken: never) => void;
  /** The entries of what was taken, in the order of `keys`. */
  entriesOf: (taken: never) => Iterable<TakenEntry>;
  /** Values that change in place are copied whenever it is taken. */
  copies?: true;
};

/** An entry of what was taken. What is the same object in two takings has not changed between them. */
export type TakenEntry = { key: string; is: unknown; value: () => unknown };

/** An entry as it is after a change; without a value where it is gone. */
export type Change = [part: string, key: string, value?: unknown];

/** All that the engines knew at one moment. */
export type Snapshot = { now: number; parts: ReadonlyMap<string, unknown> };

/** What an engine declares its state with. */
export type Keep = {
  /**
   * A Map that is a part. Who changes a value in place sets it again in the same go; then `copy` answers one that
   * changes independently. Values that are only ever replaced need none.
   */
  map: <T>(name: string, copy?: (value: T) => T) => Map<string, T>;
  /** A part that is not a Map. Answers what to call with the key of each entry that changes. */
  part: (name: string, part: Part) => (key: string) => void;
};

/** The state of all engines, part by part in the order of their declaration. */
export type Keeper = Keep & {
  take: () => Snapshot["parts"];
  put: (parts: Snapshot["parts"]) => void;
  /**
   * Hears what changes from now on, a group at each `flush`; `soon` does that where nobody else does, at the end of this
   * turn if it is not given. Answers how to stop.
   */
  record: (write: (changes: Change[]) => void, soon?: (flush: () => void) => void) => () => void;
  /** Tells the recorder what has changed since the last time, as it is now. */
  flush: () => void;
  parts: ReadonlyMap<string, Part>;
};

const mapPart = <T>(map: Map<string, T>, copy: (value: T) => T = (value) => value): Part => {
  const copied = (from: Iterable<[string, T]>) => {
    const copies: [string, T][] = [];
    for (const [key, value] of from) copies.push([key, copy(value)]);
    return copies;
  };
  return {
    get: (key) => map.get(key),
    apply: (key, value) => void (value === undefined ? map.delete(key) : map.set(key, value as T)),
    keys: () => map.keys(),
    take: () => copied(map),
    put(taken: [string, T][]) {
      map.clear();
      for (const [key, value] of copied(taken)) map.set(key, value);
    },
    *entriesOf(taken: [string, T][]) {
      for (const [key, is] of taken) yield { key, is, value: () => is };
    },
  };
};

export const createKeeper = (): Keeper => {
  const parts = new Map<string, Part>();
  const changed = new Map<string, Set<string>>();
  let recorder: ((changes: Change[]) => void) | undefined;
  let later: (flush: () => void) => void = setImmediate;

  const flush = () => {
    if (changed.size === 0) return;
    const changes: Change[] = [];
    // In the order of their declaration: tables come before their rows.
    for (const [name, part] of parts)
      for (const key of changed.get(name) ?? []) {
        const value = part.get(key);
        changes.push(value === undefined ? [name, key] : [name, key, value]);
      }
    changed.clear();
    recorder?.(changes);
  };

  const part = (name: string, made: Part) => {
    if (parts.has(name)) throw new Error(`Two parts of the state are named ${name}.`);
    parts.set(name, made);
    return (key: string) => {
      if (!recorder) return;
      if (changed.size === 0) later(flush);
      const keys = changed.get(name);
      if (keys) keys.add(key);
      else changed.set(name, new Set([key]));
    };
  };

  return {
    parts,
    part,
    flush,
    map<T>(name: string, copy?: (value: T) => T) {
      const map = new Map<string, T>();
      const touch = part(name, { ...mapPart(map, copy), ...(copy && { copies: true }) });
      const { set, delete: remove, clear } = map;
      map.set = (key, value) => {
        touch(key);
        return set.call(map, key, value);
      };
      map.delete = (key) => {
        touch(key);
        return remove.call(map, key);
      };
      map.clear = () => {
        for (const key of map.keys()) touch(key);
        clear.call(map);
      };
      return map;
    },
    take: () => new Map([...parts].map(([name, { take }]) => [name, take()])),
    put(taken) {
      for (const [name, { put }] of parts) if (taken.has(name)) put(taken.get(name) as never);
    },
    record(write, soon = setImmediate) {
      recorder = write;
      later = soon;
      return () => {
        flush();
        recorder = undefined;
      };
    },
  };
};
