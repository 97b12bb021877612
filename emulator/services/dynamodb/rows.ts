import { type AttributeType, type AttributeValue, type Item, sizeOfItem, typeOf } from "./items.ts";

/**
 * An item as it lies in a table, an index or a stream, with its size in bytes as DynamoDB counts it. What nobody
 * touched for a while is packed into a text, of a third of the memory. Read it with `itemOf`.
 */
export type Row = {
  readonly size: number;
  /** The item, as long as it is warm. */
  item: Item | undefined;
  /** Its values, once it has been packed. */
  packed: string | undefined;
  /** Names and types of the values; without them, the text is JSON. */
  shape: Shape | undefined;
};

type Shape = { names: string[]; types: AttributeType[] };

const between = "\u0001";

/** An application has few shapes; what makes up new ones all the time goes without. */
const shapes = new Map<string, Shape>();
const mostShapes = 2_000;
const longestShape = 2_000;

const shapeOf = (item: Item): Shape | undefined => {
  let key = "";
  for (const name in item)
    key += `${name}${between}${typeOf(item[name] as AttributeValue)}${between}`;
  const known = shapes.get(key);
  if (known) return known;
  if (shapes.size >= mostShapes || key.length > longestShape) return undefined;
  const names = Object.keys(item);
  const shape = { names, types: names.map((name) => typeOf(item[name] as AttributeValue)) };
  shapes.set(key, shape);
  return shape;
};

const textOf = (value: AttributeValue, type: AttributeType): string =>
  type === "S" || type === "N" || type === "B"
    ? (value[type] as string)
    : JSON.stringify(value[type]);

const readText = (text: string, type: AttributeType): AttributeValue => {
  if (type === "S") return { S: text };
  if (type === "N") return { N: text };
  if (type === "B") return { B: text };
  return { [type]: JSON.parse(text) };
};

const pack = (row: Row, item: Item) => {
  const shape = shapeOf(item);
  const texts = shape?.names.map((name, i) =>
    textOf(item[name] as AttributeValue, shape.types[i] as AttributeType),
  );
  row.shape = texts?.some((text) => text.includes(between)) ? undefined : shape;
  row.packed = row.shape && texts ? texts.join(between) : JSON.stringify(item);
};

const unpacked = ({ packed = "", shape }: Row): Item => {
  if (!shape) return JSON.parse(packed);
  const texts = packed.split(between);
  const item: Item = {};
  shape.names.forEach((name, i) => {
    item[name] = readText(texts[i] as string, shape.types[i] as AttributeType);
  });
  return item;
};

/** The rows that are warm, in the order in which they came: what is behind them is packed. */
const warm: (Row | undefined)[] = Array.from({ length: 1024 });
let next = 0;

const keepWarm = (row: Row) => {
  const oldest = warm[next];
  if (oldest?.item) {
    if (oldest.packed === undefined) pack(oldest, oldest.item);
    oldest.item = undefined;
  }
  warm[next] = row;
  next = (next + 1) % warm.length;
};

/** The item with its size. It is not changed any more. */
export const rowOf = (item: Item): Row => {
  const row: Row = { size: sizeOfItem(item), item, packed: undefined, shape: undefined };
  keepWarm(row);
  return row;
};

/** The item of a row, which is not to be changed. */
export const itemOf = (row: Row): Item => {
  if (row.item) return row.item;
  row.item = unpacked(row);
  keepWarm(row);
  return row.item;
};
