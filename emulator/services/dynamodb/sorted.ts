/** A run of entries of a sorted list. Once a snapshot holds it, it is never changed again. */
type Chunk<V> = { epoch: number; keys: string[]; values: V[] };

/** All entries of a sorted list as plain data. It shares its chunks with the list: O(chunks) to take. */
export type SortedSnapshot<V> = { epoch: number; size: number; chunks: Chunk<V>[] };

/** Entries in the order of their keys (by UTF-16 code unit). */
export type Sorted<V> = {
  size: () => number;
  get: (key: string) => V | undefined;
  set: (key: string, value: V) => void;
  delete: (key: string) => void;
  /** Visits the entries with `from` <= key < `to`, until `visit` answers false. */
  walk: (
    range: { from: string; to: string; reverse?: boolean },
    visit: (value: V, key: string) => boolean,
  ) => void;
  snapshot: () => SortedSnapshot<V>;
};

const largest = 256;

/**
 * A sorted list of chunks, copied on write after each snapshot: snapshots and forks are cheap, and an
 * insertion never moves more than one chunk's entries, however long the list.
 */
export const sorted = <V>(source?: SortedSnapshot<V>): Sorted<V> => {
  let epoch = (source?.epoch ?? 0) + 1;
  let size = source?.size ?? 0;
  const chunks: Chunk<V>[] = source ? [...source.chunks] : [];

  /** The chunk that holds `key` or would: the last one that does not begin after it. */
  const chunkOf = (key: string): number => {
    let low = 0;
    let high = chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((chunks[middle]?.keys[0] as string) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  /** The place of the first key that is not below `key`. */
  const placeIn = ({ keys }: Chunk<V>, key: string): number => {
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const own = (index: number): Chunk<V> => {
    const chunk = chunks[index] as Chunk<V>;
    if (chunk.epoch === epoch) return chunk;
    const copy = { epoch, keys: [...chunk.keys], values: [...chunk.values] };
    chunks[index] = copy;
    return copy;
  };

  return {
    size: () => size,
    get(key) {
      const chunk = chunks[chunkOf(key)];
      if (!chunk) return undefined;
      const place = placeIn(chunk, key);
      return chunk.keys[place] === key ? chunk.values[place] : undefined;
    },
    set(key, value) {
      if (chunks.length === 0) chunks.push({ epoch, keys: [], values: [] });
      const index = chunkOf(key);
      const chunk = own(index);
      const place = placeIn(chunk, key);
      if (chunk.keys[place] === key) {
        chunk.values[place] = value;
        return;
      }
      chunk.keys.splice(place, 0, key);
      chunk.values.splice(place, 0, value);
      size += 1;
      if (chunk.keys.length <= largest) return;
      const half = chunk.keys.length >> 1;
      const rest = { epoch, keys: chunk.keys.splice(half), values: chunk.values.splice(half) };
      chunks.splice(index + 1, 0, rest);
    },
    delete(key) {
      const index = chunkOf(key);
      const found = chunks[index];
      if (!found) return;
      const place = placeIn(found, key);
      if (found.keys[place] !== key) return;
      size -= 1;
      if (found.keys.length === 1) {
        chunks.splice(index, 1);
        return;
      }
      const chunk = own(index);
      chunk.keys.splice(place, 1);
      chunk.values.splice(place, 1);
    },
    walk({ from, to, reverse = false }, visit) {
      if (chunks.length === 0) return;
      let index = chunkOf(reverse ? to : from);
      let chunk = chunks[index] as Chunk<V>;
      let place = reverse ? placeIn(chunk, to) - 1 : placeIn(chunk, from);
      for (;;) {
        const key = chunk.keys[place];
        if (key === undefined) {
          index += reverse ? -1 : 1;
          const next = chunks[index];
          if (!next) return;
          chunk = next;
          place = reverse ? chunk.keys.length - 1 : 0;
          continue;
        }
        if (reverse ? key < from : key >= to) return;
        if (!visit(chunk.values[place] as V, key)) return;
        place += reverse ? -1 : 1;
      }
    },
    snapshot() {
      const taken = { epoch, size, chunks: [...chunks] };
      epoch += 1;
      return taken;
    },
  };
};
