import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type Item, sizeOfItem } from "./items.ts";

/**
 * An item as it lies in a table, an index or a stream, with its size in bytes as DynamoDB counts it. What nobody
 * touched for a while is packed together with what was written beside it. Read it with `itemOf`.
 */
export type Row = {
  readonly size: number;
  /** The item, as long as it is warm. */
  item: Item | undefined;
  /** Where it lies once it has been packed, and the how manieth it is there. */
  pack: Pack | undefined;
  place: number;
};

/** Items that became cold one after the other. They have much in common, ids above all. */
type Pack = {
  /** Their JSON texts, one a line, deflated. It lies beside the heap, where collecting garbage need not look into it. */
  readonly deflated: Uint8Array;
  /** The lines, as long as somebody read some of them lately. */
  lines: string[] | undefined;
};

const nothing = new Uint8Array();

/** In the place of the pack of a row that another has replaced: the next collection takes it, so packing is no use. */
const replaced: Pack = { deflated: nothing, lines: undefined };

/** ... and of one that a stream holds and forgets in time: a pack is there until the last that it has is forgotten. */
const passing: Pack = { deflated: nothing, lines: undefined };

/** A pack is made of so many rows, or of as many as take so many bytes: to read one of them is to inflate them all. */
const largest = { rows: 64, bytes: 65_536 };

/** The last of a list that goes round: what has its place now falls out. */
const ring = <T>(length: number) => {
  const all: (T | undefined)[] = Array.from({ length });
  let next = 0;
  return (one: T): T | undefined => {
    const oldest = all[next];
    all[next] = one;
    next = (next + 1) % length;
    return oldest;
  };
};

const warm = ring<Row>(1024);
const open = ring<Pack>(32);

/** Takes rows that have become cold, and packs them when there are enough. */
const packer = () => {
  let cold: Row[] = [];
  let bytes = 0;
  return (row: Row) => {
    cold.push(row);
    bytes += row.size;
    if (cold.length < largest.rows && bytes < largest.bytes) return;
    const rows = cold.filter(({ pack }) => pack !== replaced);
    const lines = rows.map(({ item }) => JSON.stringify(item)).join("\n");
    // A copy: what zlib answers is a piece of a larger buffer, and would keep all of it.
    const deflated = new Uint8Array(deflateRawSync(lines, { level: 1 }));
    const pack: Pack = { deflated, lines: undefined };
    rows.forEach((one, place) => {
      one.item = undefined;
      one.pack = pack;
      one.place = place;
    });
    cold = [];
    bytes = 0;
  };
};

const packLasting = packer();
const packPassing = packer();

const keepWarm = (row: Row) => {
  const oldest = warm(row);
  if (!oldest || oldest.pack === replaced) return;
  if (!oldest.pack) packLasting(oldest);
  else if (oldest.pack === passing) packPassing(oldest);
  else oldest.item = undefined;
};

const inflated = ({ deflated }: Pack) => inflateRawSync(deflated).toString().split("\n");

const linesOf = (pack: Pack): string[] => {
  if (pack.lines) return pack.lines;
  pack.lines = inflated(pack);
  const closed = open(pack);
  if (closed) closed.lines = undefined;
  return pack.lines;
};

/** The item with its size. It is not changed any more. */
export const rowOf = (item: Item): Row => {
  const row: Row = { size: sizeOfItem(item), item, pack: undefined, place: 0 };
  keepWarm(row);
  return row;
};

/** The item of a row for somebody who will not come back: it stays as cold as it is. */
export const glanceAt = (row: Row): Item =>
  row.item ?? JSON.parse(linesOf(row.pack as Pack)[row.place] as string);

/** The item of a row, which is not to be changed. */
export const itemOf = (row: Row): Item => {
  if (row.item) return row.item;
  row.item = glanceAt(row);
  keepWarm(row);
  return row.item;
};

/** How many rows are gone through without a pause. */
const RUN = 200;

/**
 * Glances at very many rows: those that are warm as they come, and then the others pack by pack, so that each pack is
 * inflated once, and no pack of anybody else's is closed for it. Undefined where it has only gone through rows for a while.
 */
export function* packByPack<Found extends { row: Row }>(
  all: Iterable<Found>,
): Generator<{ found: Found; item: () => Item } | undefined> {
  const packs = new Map<Pack, Found[]>();
  let count = 0;
  for (const found of all) {
    const { item, pack } = found.row;
    if (item) yield { found, item: () => item };
    else if (pack) {
      const beside = packs.get(pack);
      if (beside) beside.push(found);
      else packs.set(pack, [found]);
    }
    count += 1;
    if (count % RUN === 0) yield undefined;
  }
  for (const [pack, together] of packs) {
    const lines = pack.lines ?? inflated(pack);
    for (const found of together)
      yield { found, item: () => JSON.parse(lines[found.row.place] as string) };
    packs.delete(pack);
  }
}

/** Says that another row, or none, has taken the place of this one. Who holds it still can read it. */
export const retire = (row: Row) => {
  row.pack ??= replaced;
};

/** Says that a stream holds this row. */
export const hold = (row: Row) => {
  row.pack ??= passing;
};
