import { plainItem } from "../lens/milestones.ts";
import type { Shop } from "../shop.ts";
import type { Plain } from "./canonical.ts";

/** So many rows of all tables are gone through. */
const MOST_ROWS = 300_000;

/** A row as the emulator keeps it: its table's name on AWS, and where it lies there. */
type Kept = { table: string; place: string; item: () => unknown };

type Source = Pick<Shop, "cloud">;

/**
 * The rows of all tables, looked at where they are kept, table by table: a Scan would be another read in the books, and another
 * entry in the trace.
 */
function* keptRows({ cloud: { keeper } }: Source): Generator<Kept> {
  const part = keeper.parts.get("dynamodb.rows");
  let looked = 0;
  for (const key of part?.keys() ?? []) {
    if (++looked > MOST_ROWS) return;
    const [table = ""] = key.split("\u0000", 1);
    yield { table, place: key.slice(table.length + 1), item: () => part?.get(key) };
  }
}

/** The rows of a table by its name on AWS. */
export function* rowsOf(shop: Source, physical: string): Generator<Plain> {
  for (const { table, item } of keptRows(shop))
    if (table === physical) yield plainItem(item()) as Plain;
}

/** A row's table, and what DynamoDB keeps of it. */
type Found = { table: string; item: unknown };

/** Where a row with this key lies, as far as its key tells: before it stands where its partition is. */
const placeOf = (key: unknown) =>
  Object.values((key ?? {}) as Record<string, { S?: string }>)
    .map(({ S = "" }) => `${S}\u0000\u0000`)
    .join("");

/** The name of a row among rows of all tables. */
export const nameOfRow = (table: string, key: unknown): string => `${table} ${placeOf(key)}`;

/** Rows that have an order's id in their key, and others by their names: what is there now. */
export const rowsThatKnow = (
  shop: Source,
  orderId: string,
  names: ReadonlySet<string>,
): { present: Found[]; named: Map<string, unknown> } => {
  const ulid = orderId.slice(4);
  const present: Found[] = [];
  const named = new Map<string, unknown>();
  for (const { table, place, item } of keptRows(shop)) {
    const name = `${table} ${place.slice(4)}`;
    if (names.has(name)) named.set(name, item());
    if (place.includes(ulid)) present.push({ table, item: item() });
  }
  return { present, named };
};
