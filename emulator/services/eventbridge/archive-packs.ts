import type { Keep } from "../../kernel/keep.ts";

/** Some events of an archive after another, packed: their JSON texts, one a line, deflated. */
export type Packed = {
  count: number;
  /** When the first and the last of them came. */
  keptFrom: number;
  keptTo: number;
  /** The earliest and the latest time that they say. */
  from: number;
  to: number;
  /** What their texts take unpacked. */
  bytes: number;
  lines: Uint8Array;
};

type Plain = Omit<Packed, "lines"> & { lines: string };

const plain = (pack: Packed): Plain => ({
  ...pack,
  lines: Buffer.from(pack.lines).toString("base64"),
});

/** The packs of all archives. Their bytes lie beside the heap; the state has them in base64. */
export const archivePacks = (keep: Keep) => {
  const packs = new Map<string, Packed>();
  const touch = keep.part("events.archive-packs", {
    get(key) {
      const pack = packs.get(key);
      return pack && plain(pack);
    },
    apply(key, value) {
      if (value === undefined) return void packs.delete(key);
      const { lines, ...rest } = value as Plain;
      packs.set(key, { ...rest, lines: new Uint8Array(Buffer.from(lines, "base64")) });
    },
    keys: () => packs.keys(),
    // A pack never changes.
    take: () => [...packs],
    put(taken: [string, Packed][]) {
      packs.clear();
      for (const [key, pack] of taken) packs.set(key, pack);
    },
    *entriesOf(taken: [string, Packed][]) {
      for (const [key, is] of taken) yield { key, is, value: () => plain(is) };
    },
  });
  return {
    get: (key: string) => packs.get(key),
    entries: () => packs.entries(),
    set(key: string, pack: Packed) {
      packs.set(key, pack);
      touch(key);
    },
    delete(key: string) {
      packs.delete(key);
      touch(key);
    },
  };
};
