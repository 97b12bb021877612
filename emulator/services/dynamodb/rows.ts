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
  /** Their JSON texts, one a line, deflated: its bytes as a text, which collecting garbage need not look into. */
  readonly deflated: string;
  /** The lines, as long as somebody read some of them lately. */
  lines: string[] | undefined;
};

/** A pack is made of so many rows, or of as many as take so many bytes: to read one of them is to inflate them all. */
const largest = { rows: 32, bytes: 65_536 };

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

/** Of rows that others have replaced: the next garbage collection takes them, so they are not worth packing. */
const replaced: Pack = { deflated: "", lines: undefined };

const warm = ring<Row>(1024);
const open = ring<Pack>(32);

let cooling: Row[] = [];
let coolingBytes = 0;

const packCooling = () => {
  const rows = cooling.filter(({ pack }) => !pack);
  const lines = rows.map(({ item }) => JSON.stringify(item));
  const deflated = deflateRawSync(lines.join("\n"), { level: 1 }).toString("latin1");
  const pack: Pack = { deflated, lines: undefined };
  rows.forEach((row, place) => {
    Object.assign(row, { item: undefined, pack, place });
  });
  cooling = [];
  coolingBytes = 0;
};

const keepWarm = (row: Row) => {
  const oldest = warm(row);
  if (!oldest || oldest.pack === replaced) return;
  if (oldest.pack) {
    oldest.item = undefined;
    return;
  }
  cooling.push(oldest);
  coolingBytes += oldest.size;
  if (cooling.length >= largest.rows || coolingBytes >= largest.bytes) packCooling();
};

const linesOf = (pack: Pack): string[] => {
  if (pack.lines) return pack.lines;
  pack.lines = inflateRawSync(Buffer.from(pack.deflated, "latin1")).toString().split("\n");
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

/** The item of a row, which is not to be changed. */
export const itemOf = (row: Row): Item => {
  if (row.item) return row.item;
  const item: Item = JSON.parse(linesOf(row.pack as Pack)[row.place] as string);
  row.item = item;
  keepWarm(row);
  return item;
};

/** Says that another row, or none, has taken the place of this one. Who holds it still can read it. */
export const retire = (row: Row) => {
  row.pack ??= replaced;
};
