import { fnv1a } from "../../kernel/hash.ts";
import { type AttributeValue, attribute, type Item } from "./items.ts";
import { sortableNumber } from "./numbers.ts";

/** One part of a key: the attribute and its type, partition key first. */
export type KeyPart = { name: string; type: "S" | "N" | "B" };

/** The end of a part. It sorts before every character, so that a shorter part comes before a longer one. */
const end = "\u0000\u0000";

/** UTF-16 code units that sort as DynamoDB sorts: by the bytes of UTF-8, where surrogates come last. */
const byCodePoint = (text: string) =>
  text.replace(/[\ud800-\uffff]/g, (unit) => {
    const code = unit.charCodeAt(0);
    return String.fromCharCode(code < 0xe000 ? code + 0x2000 : code - 0x800);
  });

const high = /[\ud800-\uffff]/;

const sortable = ({ S, N, B }: AttributeValue): string => {
  if (N !== undefined) return sortableNumber(N);
  const text = S ?? Buffer.from(B ?? "", "base64").toString("latin1");
  const ordered = high.test(text) ? byCodePoint(text) : text;
  return ordered.includes("\u0000") ? ordered.replaceAll("\u0000", "\u0000\u0002") : ordered;
};

/** Where partitions lie in a Scan: spread by a hash (FNV-1a) as AWS spreads them, in 65,536 places. */
const placeOf = (partition: string): string => {
  const hash = fnv1a(partition);
  return ((hash ^ (hash >>> 16)) & 0xffff).toString(16).padStart(4, "0");
};

/** What the keys of all items with this partition key begin with. */
export const partitionPrefix = (value: AttributeValue): string => {
  const partition = sortable(value);
  return `${placeOf(partition)}${partition}${end}`;
};

/** The text under which an item lies in its table: partition after partition, each by its sort key. */
export const keyOf = (item: Item, [hash, range]: readonly KeyPart[]): string => {
  const prefix = partitionPrefix(item[(hash as KeyPart).name] as AttributeValue);
  return range ? prefix + sortable(item[range.name] as AttributeValue) + end : prefix;
};

/**
 * The text under which an item lies in an index, or undefined when the index does not hold it: nor does an index that
 * came later than an item hold it by a key of another type.
 */
export const indexKeyOf = (
  item: Item,
  indexKeys: readonly KeyPart[],
  tableKeys: readonly KeyPart[],
): string | undefined => {
  for (const { name, type } of indexKeys)
    if (attribute(item, name)?.[type] === undefined) return undefined;
  return keyOf(item, indexKeys) + keyOf(item, tableKeys);
};

/** The least text above all texts with this prefix. */
const above = (prefix: string): string => {
  let length = prefix.length;
  while (length > 0 && prefix.charCodeAt(length - 1) === 0xffff) length -= 1;
  if (length === 0) return "\uffff".repeat(prefix.length + 1);
  return prefix.slice(0, length - 1) + String.fromCharCode(prefix.charCodeAt(length - 1) + 1);
};

/** A key condition on the sort key, its values already in place. */
export type RangeCondition = { operator: string; values: AttributeValue[] };

/** The stretch of keys, from inclusive and to exclusive, that a key condition selects in a partition. */
export const stretchOf = (prefix: string, range?: RangeCondition): { from: string; to: string } => {
  const all = { from: prefix, to: above(prefix) };
  if (!range) return all;
  const [low, high] = range.values.map((value) => prefix + sortable(value)) as [string, string];
  switch (range.operator) {
    case "EQ":
      return { from: low + end, to: above(low + end) };
    case "LT":
      return { from: all.from, to: low + end };
    case "LE":
      return { from: all.from, to: above(low + end) };
    case "GT":
      return { from: above(low + end), to: all.to };
    case "GE":
      return { from: low + end, to: all.to };
    case "BETWEEN":
      return { from: low + end, to: above(high + end) };
    default:
      return { from: low, to: above(low) }; // BEGINS_WITH
  }
};

/** The stretch of a table or an index that one of `total` parallel scanners reads. */
export const segmentOf = (segment: number, total: number): { from: string; to: string } => {
  const edge = (n: number) => {
    const place = Math.ceil((65_536 * n) / total);
    return place > 0xffff ? "g" : place.toString(16).padStart(4, "0");
  };
  return { from: segment === 0 ? "" : edge(segment), to: edge(segment + 1) };
};
